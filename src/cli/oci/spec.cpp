#include <array>
#include <string>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "runtime/new_bundle.hpp"

namespace corten::cli {
namespace {

struct SpecOptions {
  std::string bundle;
  bool rootless = false;
};

Result<int> run_spec(const SpecOptions& options, Context& /*context*/) {
  TRY(runtime::write_new_config(
      options.bundle, options.rootless ? runtime::ConfigFor::ordinary_user : runtime::ConfigFor::root));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "bundle",
         .letter = 'b',
         .value = "DIR",
         .help = "Where to write it",
         .bind = bind<&SpecOptions::bundle>(),
         .default_text = "the current directory",
         .complete = Completion::directory},
    Flag{.name = "rootless",
         .help = "For a container of the ordinary user who calls",
         .bind = bind<&SpecOptions::rootless>()},
};

constexpr std::array kExamples = {
    Example{.text = "A first bundle", .line = "mkdir -p web/rootfs && corten oci spec --bundle web"},
};

}  // namespace

constexpr Command kOciSpecCommand{
    .path = "oci spec",
    .summary = "Write a config.json to begin with",
    .doc =
        "It runs 'sh' in the directory 'rootfs' beside it. A config.json that is there is not overwritten.",
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<SpecOptions, run_spec>,
};

}  // namespace corten::cli
