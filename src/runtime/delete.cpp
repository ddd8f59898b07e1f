#include "runtime/delete.hpp"

#include <fcntl.h>
#include <signal.h>

#include <chrono>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "oci/enum_names.hpp"
#include "runtime/container_cgroup.hpp"
#include "runtime/hooks.hpp"
#include "runtime/status.hpp"
#include "sys/file.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {
namespace {

using oci::ContainerStatus;

constexpr std::chrono::seconds kEndsWithin(10);

// Only then are its mounts and cgroup free.
Result<> end_process(const ContainerRecord& record) {
  if (record.process.pid <= 0) return {};
  const auto process = sys::open_process(record.process);
  if (!process && process.error().kind() == Errc::not_found) return {};
  if (!process) return std::unexpected(process.error().clone());
  const auto sent = process->signal(SIGKILL);
  if (!sent && sent.error().kind() != Errc::not_found) return std::unexpected(sent.error().clone());
  return {};
}

Result<> wait_for_end(const ContainerRecord& record) {
  if (record.process.pid <= 0) return {};
  const auto process = sys::open_process(record.process);
  if (!process) return {};
  const auto ended = TRY(process->wait_for_end(kEndsWithin));
  if (ended) return {};
  return fail(Errc::unavailable, "process {} of container '{}' does not end after SIGKILL",
              record.process.pid, record.id);
}

// Its maker died before anything of the container was in it; processes in it are somebody else's.
Result<> remove_unfinished_cgroup(cgroup::Cgroup& cgroup) {
  const auto strangers = TRY(cgroup.pids());
  return strangers.empty() ? cgroup.destroy() : Result<>();
}

// SIGKILL for all of it; a frozen one is thawed on the way.
Result<> remove_cgroup(const ContainerRecord& record) {
  auto cgroup = TRY(open_cgroup(record));
  if (!cgroup) return wait_for_end(record);
  if (!record.cgroup_made) return remove_unfinished_cgroup(*cgroup);
  TRY(cgroup->kill(SIGKILL));
  TRY(wait_for_end(record));
  return cgroup->destroy();
}

std::vector<oci::Hook> poststop_hooks(const FoundContainer& found) {
  if (!found.record.has_poststop) return {};
  auto spec = found.directory.load_config();
  return spec && spec->hooks ? std::move(spec->hooks->poststop) : std::vector<oci::Hook>();
}

void run_poststop(const std::vector<oci::Hook>& hooks, const ContainerRecord& record,
                  Interruption* interruption) {
  if (hooks.empty()) return;
  const auto state = to_state(record, ContainerStatus::stopped);
  auto directory = sys::open(record.bundle, O_PATH | O_DIRECTORY);
  if (!directory) directory = sys::open("/", O_PATH | O_DIRECTORY);  // the bundle may be gone by now
  if (!directory) return;
  run_all_hooks(hooks,
                {.point = "poststop", .state = state, .directory = *directory, .interruption = interruption});
}

bool may_be_removed(ContainerStatus status, Removal how) {
  // A created one too, as with runc and crun: engines do so when they give up between create and start.
  return how == Removal::forced || status == ContainerStatus::stopped || status == ContainerStatus::created;
}

Result<> remove_found(const FoundContainer& found, Removal how, Interruption* interruption) {
  const auto& record = found.record;
  if (!may_be_removed(found.status, how)) {
    return with_hint(fail(Errc::failed_precondition, "cannot delete container '{}': it is {}, not stopped",
                          record.id, oci::to_string(found.status)),
                     "kill it first, or use --force");
  }
  TRY(end_process(record));
  const auto hooks = poststop_hooks(found);
  TRY_CTX(remove_cgroup(record), "deleting container '{}'", record.id);
  TRY(found.directory.remove());
  run_poststop(hooks, record, interruption);
  return {};
}

// What can still be known of a container without its record: its cgroup is where its configuration has it.
Result<FoundContainer> find_damaged(const Settings& settings, const ContainerId& id) {
  auto directory = TRY(StateStore(settings.root).open(id));
  ContainerRecord record;
  record.id = id.text();
  const auto spec = directory.load_config();
  if (spec && spec->linux_part) {
    const auto planned = TRY(plan_cgroup(settings, {.linux_part = *spec->linux_part, .id = record.id}));
    record.cgroup = to_record(planned.location);
    record.cgroup_made = true;
  }
  return FoundContainer{.directory = std::move(directory),
                        .record = std::move(record),
                        .status = ContainerStatus::stopped,
                        .damaged = true};
}

Result<FoundContainer> find_to_remove(const Settings& settings, const ContainerId& id, Removal how) {
  auto found = find_container(settings.root, id);
  if (found || found.error().kind() != Errc::data_loss) return found;
  if (how == Removal::forced) return find_damaged(settings, id);
  return with_hint(with_frame(std::move(found).error(), "container '{}'", id.text()),
                   "its record is damaged; delete --force removes it all the same");
}

void warn_of_damage(const FoundContainer& found) {
  if (!found.damaged) return;
  const auto cgroup = open_cgroup(found.record);
  const auto pids = cgroup && *cgroup ? (*cgroup)->pids() : std::vector<pid_t>();
  log::warning("the record of container '{}' is damaged; it is removed {}", found.record.id,
               pids && !pids->empty() ? "with the processes of the cgroup that its configuration names"
                                      : "and no process of it was found");
}

}  // namespace

Result<> remove(const Settings& settings, const ContainerId& id, Removal how, Interruption* interruption) {
  auto first = find_to_remove(settings, id, how);
  if (!first && first.error().kind() == Errc::not_found && how == Removal::forced) return {};
  if (!first) return std::unexpected(std::move(first).error());
  if (!may_be_removed(first->status, how)) return remove_found(*first, how, interruption);
  // A `create` that still works on it ends when its process does, and cleans up itself.
  if (how == Removal::forced) TRY(end_process(first->record));
  const auto lock = first->directory.lock();
  auto found = find_to_remove(settings, id, how);
  if (!found && found.error().kind() == Errc::not_found) return {};  // whoever had the lock removed it
  if (!found) return std::unexpected(std::move(found).error());
  if (!lock) return std::unexpected(lock.error().clone());
  // With the lock in our hands nobody is making it: who did was killed on the way.
  warn_of_damage(*found);
  if (found->status == ContainerStatus::creating) found->status = ContainerStatus::stopped;
  return remove_found(*found, how, interruption);
}

}  // namespace corten::runtime
