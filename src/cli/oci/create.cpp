#include <array>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/create_flags.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

Result<int> run_create(const CreateFlags& flags, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto options = TRY(create_options(flags));
  TRY(runtime::create(settings, options));
  return kExitSuccess;
}

constexpr auto kFlags = create_flags();

}  // namespace

constexpr Command kOciCreateCommand{
    .path = "oci create",
    .summary = "Make a container that waits for start",
    .doc = R"(
Makes everything of the container but its program: namespaces, cgroup, mounts. The process is there and waits
for 'start'. A failure leaves nothing behind.)",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&CreateFlags::id>()},
    .flags = kFlags,
    .execute = execute<CreateFlags, run_create>,
};

}  // namespace corten::cli
