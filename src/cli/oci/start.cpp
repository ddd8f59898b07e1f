#include "runtime/start.hpp"

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

Result<int> run_start(const OneContainer& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.id));
  TRY(runtime::start(settings, id));
  return kExitSuccess;
}

}  // namespace

constexpr Command kOciStartCommand{
    .path = "oci start",
    .summary = "Execute the program of a created container",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&OneContainer::id>()},
    .execute = execute<OneContainer, run_start>,
};

}  // namespace corten::cli
