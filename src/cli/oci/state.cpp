#include "runtime/state.hpp"

#include <nlohmann/json.hpp>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

Result<int> run_state(const OneContainer& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.id));
  const auto state = TRY(runtime::state(settings, id));
  TRY(context.io().print(to_pretty_json_text(oci::to_json(state))));
  return kExitSuccess;
}

}  // namespace

constexpr Command kOciStateCommand{
    .path = "oci state",
    .summary = "Print the state of a container as JSON",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&OneContainer::id>()},
    .execute = execute<OneContainer, run_state>,
};

}  // namespace corten::cli
