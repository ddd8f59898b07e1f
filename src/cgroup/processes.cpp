#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/strings.hpp"
#include "cgroup/cgroup.hpp"
#include "cgroup/patience.hpp"
#include "cgroup/tree.hpp"
#include "sys/pid_identity.hpp"

namespace corten::cgroup {

namespace {

std::unexpected<Error> does_not_freeze(const Directory& dir) {
  return with_hint(
      fail(Errc::unavailable, "the processes of the cgroup '{}' do not come to a stop", dir.path()),
      "one may wait in the kernel for a disk or a network file system; try again");
}

// A process that was about to fork, or was traced, when the freezer came can keep the state at FREEZING for
// good; letting all go and asking again helps (as runc does; kernel bug of v1 that nobody will mend).
Result<> freeze_v1(const Directory& dir) {
  constexpr unsigned kThawEvery = 25;
  Patience patience;
  for (unsigned round = 1;; ++round) {
    TRY(dir.write("freezer.state", "FROZEN"));
    const auto state = TRY(dir.read("freezer.state"));
    if (state == "FROZEN") return {};
    if (!patience.pause()) break;
    if (round % kThawEvery == 0) TRY(dir.write("freezer.state", "THAWED"));
  }
  TRY(dir.write("freezer.state", "THAWED"));
  return does_not_freeze(dir);
}

Result<> wait_frozen_v2(const Directory& dir, std::uint64_t wanted) {
  Patience patience;
  do {
    const auto frozen = TRY(dir.find_keyed("cgroup.events", "frozen"));
    if (frozen == wanted) return {};
  } while (patience.pause());
  return does_not_freeze(dir);
}

Result<> freeze_v2(const Directory& dir) {
  TRY(dir.write("cgroup.freeze", "1"));
  auto waited = wait_frozen_v2(dir, 1);
  if (!waited) (void)dir.write("cgroup.freeze", "0");
  return waited;
}

std::unexpected<Error> no_freezer() {
  return with_hint(
      fail(Errc::unsupported, "pausing needs a cgroup, and the container has none with a freezer"),
      "run as root, or in a session whose cgroup is delegated (systemd-run --user --scope)");
}

}  // namespace

Result<> Cgroup::freeze() {
  if (const auto* dir = find_v1("freezer")) return freeze_v1(*dir);
  if (const auto* dir = find_v2()) return freeze_v2(*dir);
  return no_freezer();
}

Result<> Cgroup::thaw() {
  if (const auto* dir = find_v1("freezer")) return dir->write("freezer.state", "THAWED");
  // Not waited for: a frozen parent would keep it from ever ending.
  if (const auto* dir = find_v2()) return dir->write("cgroup.freeze", "0");
  return no_freezer();
}

Result<bool> Cgroup::is_frozen() const {
  if (const auto* dir = find_v1("freezer")) {
    // The state is FROZEN too when only a parent was frozen.
    const auto own = TRY(dir->find_text("freezer.self_freezing"));
    return own == "1";
  }
  if (const auto* dir = find_v2()) {
    const auto own = TRY(dir->find_text("cgroup.freeze"));
    return own == "1";
  }
  return false;
}

Result<std::vector<pid_t>> Cgroup::pids() const {
  const auto* top = find_processes();
  if (top == nullptr) return std::vector<pid_t>();
  std::set<pid_t> found;
  const auto tree = TRY(list_tree(*top));
  for (const auto& each : tree) {
    const auto dir = top->open_below(each);
    if (!dir) continue;  // removed since it was listed
    const auto text = TRY(dir->find_text("cgroup.procs"));
    for (const auto line : split(text, '\n')) {
      const auto pid = parse_number(line);
      if (pid.value_or(0) > 0) found.insert(static_cast<pid_t>(*pid));  // 0: not in our pid namespace
    }
  }
  return std::vector<pid_t>(found.begin(), found.end());
}

Result<> Cgroup::signal_all(int signal) const {
  const auto listed = TRY(pids());
  std::vector<sys::ProcessHandle> processes;
  for (const auto pid : listed) {
    auto process = sys::ProcessHandle::open(pid);
    if (process) processes.push_back(std::move(*process));
  }
  // What is still listed is what we opened: its number has not gone to a stranger in between.
  const auto still = TRY(pids());
  for (const auto& process : processes) {
    if (!std::ranges::binary_search(still, process.pid())) continue;
    const auto sent = process.signal(signal);
    if (!sent && sent.error().kind() != Errc::not_found) {
      return with_frame(sent.error().clone(), "sending signal {} to process {}", signal, process.pid());
    }
  }
  return {};
}

Result<> Cgroup::kill_frozen() {
  const auto frozen = freeze();  // without a freezer the caller's repetition has to do
  const auto sent = signal_all(SIGKILL);
  if (frozen) TRY(thaw());
  return sent ? Result<>() : Result<>(std::unexpected(sent.error().clone()));
}

Result<> Cgroup::kill(int signal) {
  if (signal != SIGKILL) return signal_all(signal);
  const auto* v2 = find_v2();
  const bool at_once = v2 != nullptr && v2->has("cgroup.kill");
  if (at_once) TRY(v2->write("cgroup.kill", "1"));
  Patience patience;
  while (true) {
    const auto left = TRY(pids());
    if (left.empty()) {
      // A v1 freezer would hold whoever comes next.
      const auto frozen = TRY(is_frozen());
      return frozen ? thaw() : Result<>();
    }
    if (!at_once) TRY(kill_frozen());
    if (at_once && find_v1("freezer") != nullptr)
      TRY(thaw());  // hybrid: the v1 freezer keeps them from dying
    if (!patience.pause()) {
      return fail(Errc::unavailable, "{} processes of the cgroup '{}' do not end after SIGKILL (first {})",
                  left.size(), find_processes()->path(), left.front());
    }
  }
}

}  // namespace corten::cgroup
