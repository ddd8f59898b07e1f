#include "runtime/run.hpp"

#include <algorithm>
#include <array>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/create_flags.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

Result<int> run_run(const CreateFlags& flags, Context& context) {
  const auto settings = TRY(oci_settings(context));
  auto create = TRY(create_options(flags));
  return runtime::run(settings, {.create = std::move(create),
                                 .detach = flags.detach,
                                 .keep = flags.keep,
                                 .no_subreaper = flags.no_subreaper});
}

constexpr std::array kOwnFlags = {
    Flag{.name = "detach",
         .letter = 'd',
         .help = "Do not wait for the program",
         .bind = bind<&CreateFlags::detach>()},
    Flag{.name = "keep",
         .help = "Keep the record of the container when it has ended",
         .bind = bind<&CreateFlags::keep>()},
    Flag{.name = "no-subreaper",
         .help = "Leave orphans of the container to the host's first process",
         .bind = bind<&CreateFlags::no_subreaper>()},
};

constexpr auto kFlags = [] {
  constexpr auto kShared = create_flags();
  std::array<Flag, kShared.size() + kOwnFlags.size()> all{};
  std::ranges::copy(kOwnFlags, std::ranges::copy(kShared, all.begin()).out);
  return all;
}();

}  // namespace

constexpr Command kOciRunCommand{
    .path = "oci run",
    .summary = "Make a container, start it and wait for its end",
    .doc = R"(
Signals are passed on to the container. Its exit status is that of this command, 128 + N after signal N. The
container is deleted when it has ended.)",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&CreateFlags::id>()},
    .flags = kFlags,
    .execute = execute<CreateFlags, run_run>,
};

}  // namespace corten::cli
