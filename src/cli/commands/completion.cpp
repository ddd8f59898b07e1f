#include "cli/completion/completion.hpp"

#include <array>
#include <string>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};

struct CompletionOptions {
  std::string shell;
};

Result<int> run_completion(const CompletionOptions& options, Context& context) {
  using Writer = std::string (*)(const CommandTable&);
  static constexpr std::array<Writer, kShells.size()> kWriters = {bash_completion, zsh_completion,
                                                                  fish_completion};
  for (std::size_t i = 0; i < kShells.size(); ++i) {
    if (kShells[i] != options.shell) continue;
    TRY(context.io().print(kWriters[i](context.table)));
    return kExitSuccess;
  }
  return with_hint(fail(Errc::not_found, "no completion for the shell '{}'", options.shell),
                   "use bash, zsh or fish");
}

constexpr std::array kExamples = {
    Example{.text = "In this bash", .line = "source <(corten completion bash)"},
    Example{.text = "In every fish",
            .line = "corten completion fish > ~/.config/fish/completions/corten.fish"},
};

}  // namespace

constexpr Command kCompletionCommand{
    .path = "completion",
    .summary = "Print a script that completes command lines in a shell",
    .doc = R"(
The script knows every verb, flag and fixed value; it runs no other program. Where shells look for it:

  bash  ~/.local/share/bash-completion/completions/corten
  zsh   a file _corten in a directory of $fpath
  fish  ~/.config/fish/completions/corten.fish)",
    .arguments = {.usage = "bash|zsh|fish",
                  .min = 1,
                  .max = 1,
                  .bind = bind<&CompletionOptions::shell>(),
                  .choices = kShells},
    .examples = kExamples,
    .execute = execute<CompletionOptions, run_completion>,
};

}  // namespace corten::cli
