#include "runtime/pause.hpp"

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

using Change = Result<> (*)(const runtime::Settings&, const runtime::ContainerId&);

template <Change change>
Result<int> run_change(const OneContainer& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.id));
  TRY(change(settings, id));
  return kExitSuccess;
}

}  // namespace

constexpr Command kOciPauseCommand{
    .path = "oci pause",
    .summary = "Stop all processes of a container where they are",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&OneContainer::id>()},
    .execute = execute<OneContainer, run_change<runtime::pause>>,
};

constexpr Command kOciResumeCommand{
    .path = "oci resume",
    .summary = "Let a paused container go on",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&OneContainer::id>()},
    .execute = execute<OneContainer, run_change<runtime::resume>>,
};

}  // namespace corten::cli
