#include "runtime/kill.hpp"

#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"
#include "sys/signals.hpp"

namespace corten::cli {
namespace {

struct KillOptions {
  std::vector<std::string> words;
  bool all = false;
};

Result<int> run_kill(const KillOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.words.front()));
  const auto signal = TRY(sys::parse_signal(options.words.size() > 1 ? options.words[1] : "SIGTERM"));
  TRY(runtime::kill(settings, id, signal, options.all ? runtime::KillScope::all : runtime::KillScope::init));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "all",
         .letter = 'a',
         .help = "Send the signal to every process of the container",
         .bind = bind<&KillOptions::all>()},
};

}  // namespace

constexpr Command kOciKillCommand{
    .path = "oci kill",
    .summary = "Send a signal to a container",
    .doc = "A signal is a name, with or without SIG before it, or a number; without one it is TERM.",
    .arguments = {.usage = "ID [SIGNAL]", .min = 1, .max = 2, .bind = bind<&KillOptions::words>()},
    .flags = kFlags,
    .execute = execute<KillOptions, run_kill>,
};

}  // namespace corten::cli
