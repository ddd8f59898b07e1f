#include "runtime/kill.hpp"

#include <signal.h>

#include "runtime/container_cgroup.hpp"
#include "runtime/status.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

using oci::ContainerStatus;

// containerd looks for these words.
std::unexpected<Error> not_running(const ContainerRecord& record) {
  return fail(Errc::failed_precondition, "cannot signal container '{}': container not running", record.id);
}

Result<> kill_all(const ContainerRecord& record, int signal) {
  auto cgroup = TRY(open_cgroup(record));
  if (!cgroup)
    return fail(Errc::unsupported, "container '{}' has no cgroup that tells its processes", record.id);
  TRY_CTX(cgroup->kill(signal), "signalling all processes of container '{}'", record.id);
  return {};
}

Result<> kill_init(const ContainerRecord& record, int signal) {
  const auto process = sys::open_process(record.process);
  if (!process && process.error().kind() == Errc::not_found) return not_running(record);
  if (!process) return std::unexpected(process.error().clone());
  const auto sent = process->signal(signal);
  if (!sent && sent.error().kind() == Errc::not_found) return not_running(record);
  if (!sent) return with_frame(sent.error().clone(), "signalling container '{}'", record.id);
  return {};
}

// In the freezer of cgroup v1 even SIGKILL waits.
Result<> let_it_die(const FoundContainer& found) {
  if (found.status != ContainerStatus::paused) return {};
  auto cgroup = TRY(open_cgroup(found.record));
  return cgroup ? cgroup->thaw() : Result<>();
}

}  // namespace

Result<> kill(const Settings& settings, const ContainerId& id, int signal, KillScope scope) {
  const auto found = TRY(find_container(settings.root, id));
  const auto& record = found.record;
  if (scope == KillScope::all) return kill_all(record, signal);
  if (found.status == ContainerStatus::stopped || record.process.pid <= 0) return not_running(record);
  TRY(kill_init(record, signal));
  if (signal != SIGKILL) return {};
  TRY(let_it_die(found));
  // Nobody but the kernel of a pid namespace kills the others along with the first process.
  const bool others = !record.own_pid_namespace && !record.cgroup.empty();
  return others ? kill_all(record, signal) : Result<>();
}

}  // namespace corten::runtime
