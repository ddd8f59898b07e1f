#include "cli/help.hpp"

#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct HelpOptions {
  std::vector<std::string> topic;
};

Result<int> run_help(const HelpOptions& options, Context& context) {
  const auto topic = TRY(require_topic(context.table, options.topic));
  TRY(context.io().print(render_help(context.table, *topic, context.io().columns)));
  return kExitSuccess;
}

constexpr std::array kExamples = {
    Example{.text = "What 'corten version' does", .line = "corten help version"},
};

}  // namespace

constexpr Command kHelpCommand{
    .path = "help",
    .summary = "Explain a command",
    .arguments = {.usage = "[COMMAND...]",
                  .max = kUnlimited,
                  .bind = bind<&HelpOptions::topic>(),
                  .complete = Completion::command},
    .examples = kExamples,
    .execute = execute<HelpOptions, run_help>,
};

}  // namespace corten::cli
