#include "runtime/features.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "cli/version.hpp"

namespace corten::cli {
namespace {

struct NoOptions {};

Result<int> run_features(const NoOptions& /*options*/, Context& context) {
  const auto& info = build_info();
  const auto features = runtime::features({.version = info.version, .commit = info.commit});
  TRY(context.io().print(to_pretty_json_text(oci::to_json(features))));
  return kExitSuccess;
}

}  // namespace

constexpr Command kOciFeaturesCommand{
    .path = "oci features",
    .summary = "Print as JSON what this runtime can do",
    .doc =
        "As features.md of the runtime specification has it: what was built in, whether or not this host has "
        "it "
        "too.",
    .execute = execute<NoOptions, run_features>,
};

}  // namespace corten::cli
