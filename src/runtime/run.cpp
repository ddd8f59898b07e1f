#include "runtime/run.hpp"

#include <sys/prctl.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "runtime/creation.hpp"
#include "runtime/delete.hpp"
#include "runtime/foreground.hpp"
#include "runtime/notify_socket.hpp"

namespace corten::runtime {
namespace {

Result<> become_subreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "becoming the parent of the container's orphans");
  }
  return {};
}

// Whatever happens, a foreground container does not outlive its command.
Result<int> stay(CreatedContainer& created, Foreground& foreground, Interruption& interruption) {
  auto relay = TRY(NotifyRelay::begin(created.directory));
  TRY(start_container(created.directory, created.record, &interruption));
  // It ended a poststart hook, and was meant for the program.
  if (interruption.signal() != 0) TRY(created.process.kill(interruption.signal()));
  const auto status =
      TRY(foreground.wait(created.process, std::move(created.terminal), relay ? &*relay : nullptr));
  return status.combined();
}

Result<int> run_to_end(const Settings& settings, const RunOptions& options, Interruption& interruption) {
  auto foreground = TRY(Foreground::begin());
  auto created = TRY(create_container(settings, options.create, Caller::stays, &interruption));
  auto code = stay(created, foreground, interruption);
  if (code && options.keep) return code;
  // Also when it never ran; then its own error tells more than that of the removal.
  auto removed = remove(settings, options.create.id, Removal::forced, &interruption);
  if (code && !removed) return std::unexpected(std::move(removed).error());
  return code;
}

Result<int> run_in_foreground(const Settings& settings, const RunOptions& options) {
  if (!options.no_subreaper) TRY(become_subreaper());
  auto interruption = TRY(Interruption::begin());
  auto code = run_to_end(settings, options, interruption);
  if (code || code.error().kind() != Errc::canceled || interruption.signal() == 0) return code;
  // As if it had ended us; but nothing is left behind.
  log::warning("{}", code.error().message());
  return sys::ExitStatus{.signal = interruption.signal()}.combined();
}

}  // namespace

Result<int> run(const Settings& settings, const RunOptions& options) {
  if (!options.detach) return run_in_foreground(settings, options);
  auto created = TRY(create_container(settings, options.create, Caller::leaves));
  auto relay = TRY(NotifyRelay::begin(created.directory));
  auto started = start_container(created.directory, created.record);
  if (!started) {
    (void)remove(settings, options.create.id, Removal::forced);
    return std::unexpected(std::move(started).error());
  }
  {
    const auto pidfd = std::move(created.process).detach();
  }
  if (relay) TRY(wait_until_ready(*relay, created.record));
  return 0;
}

}  // namespace corten::runtime
