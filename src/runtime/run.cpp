#include "runtime/run.hpp"

#include <sys/prctl.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "runtime/creation.hpp"
#include "runtime/delete.hpp"
#include "runtime/foreground.hpp"

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
Result<int> stay(CreatedContainer& created, Foreground& foreground) {
  TRY(start_container(created.directory, created.record));
  const auto status = TRY(foreground.wait(created.process, std::move(created.terminal)));
  return status.combined();
}

Result<int> run_in_foreground(const Settings& settings, const RunOptions& options) {
  if (!options.no_subreaper) TRY(become_subreaper());
  auto foreground = TRY(Foreground::begin());
  auto created = TRY(create_container(settings, options.create, Caller::stays));
  auto code = stay(created, foreground);
  if (code && options.keep) return code;
  // Also when it never ran; then its own error tells more than that of the removal.
  auto removed = remove(settings, options.create.id, Removal::forced);
  if (code && !removed) return std::unexpected(std::move(removed).error());
  return code;
}

}  // namespace

Result<int> run(const Settings& settings, const RunOptions& options) {
  if (!options.detach) return run_in_foreground(settings, options);
  auto created = TRY(create_container(settings, options.create, Caller::leaves));
  auto started = start_container(created.directory, created.record);
  if (!started) {
    (void)remove(settings, options.create.id, Removal::forced);
    return std::unexpected(std::move(started).error());
  }
  {
    const auto pidfd = std::move(created.process).detach();
  }
  return 0;
}

}  // namespace corten::runtime
