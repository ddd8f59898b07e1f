#include "main/user_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.hpp"
#include "sys/clone.hpp"
#include "sys/fd.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"
#include "sys/pipe.hpp"
#include "sys/poll.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"
#include "sys/subid.hpp"
#include "sys/users.hpp"

namespace corten::process {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} * 1024 * 1024;

Result<std::vector<sys::IdMapping>> map_ids(const char* ranges_file, const sys::HostUser& user,
                                            std::uint32_t uid, std::uint32_t own_id) {
  std::vector<sys::IdMapping> mappings = {{.inside = 0, .outside = own_id, .count = 1}};
  const auto text = sys::read_file(sys::BorrowedFd::cwd(), ranges_file, kMaxFileBytes);
  if (!text) return mappings;
  const auto ranges = TRY(sys::parse_subids(*text, ranges_file, user.name, uid));
  std::uint32_t inside = 1;
  for (const auto& range : ranges) {
    mappings.push_back({.inside = inside, .outside = range.start, .count = range.count});
    inside += range.count;
  }
  return mappings;
}

Result<sys::IdMaps> rootless_maps(const sys::HostUser& user) {
  const auto me = sys::current_user();
  auto uids = TRY(map_ids("/etc/subuid", user, me.uid, me.uid));
  auto gids = TRY(map_ids("/etc/subgid", user, me.uid, me.gid));
  return sys::IdMaps{.uids = std::move(uids), .gids = std::move(gids)};
}

// What keeps a user from having more than their own id.
struct Shortage {
  std::vector<std::string> reasons;
  std::vector<std::string> remedies;
};

Shortage find_shortage(const sys::IdMaps& maps, const std::string& user_name) {
  Shortage shortage;
  const auto missing = [](const char* program) { return !sys::find_program(program); };
  if (missing("newuidmap") || missing("newgidmap")) {
    shortage.reasons.emplace_back("the programs 'newuidmap' and 'newgidmap' are not both in PATH");
    shortage.remedies.emplace_back("apt install uidmap");
  }
  std::string ranges;
  if (maps.uids.size() == 1) ranges += " --add-subuids 100000-165535";
  if (maps.gids.size() == 1) ranges += " --add-subgids 100000-165535";
  if (!ranges.empty()) {
    shortage.reasons.push_back(fmt::format("{} has no ids for {}",
                                           maps.uids.size() == 1 ? "/etc/subuid" : "/etc/subgid", user_name));
    shortage.remedies.push_back(fmt::format("usermod{} {}", ranges, user_name));
  }
  return shortage;
}

sys::IdMaps own_id_only(const sys::IdMaps& maps) {
  return {.uids = {maps.uids.front()}, .gids = {maps.gids.front()}};
}

// The arguments of this process, and its environment with one more variable, as execve takes them.
struct CommandLine {
  std::vector<std::string> words;
  std::vector<std::string> variables;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> split_zero_terminated(std::string_view text) {
  std::vector<std::string> parts;
  for (const auto part : split(text, '\0')) parts.emplace_back(part);
  if (!parts.empty()) parts.pop_back();  // what follows the last NUL
  return parts;
}

Result<CommandLine> own_command_line() {
  CommandLine line;
  const auto arguments = TRY(sys::read_file(sys::BorrowedFd::cwd(), "/proc/self/cmdline", kMaxFileBytes));
  line.words = split_zero_terminated(arguments);
  const auto outer_uid = fmt::format("{}=", sys::kOuterUidVariable);
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with(outer_uid)) line.variables.emplace_back(*variable);
  }
  line.variables.push_back(outer_uid + std::to_string(sys::current_user().uid));
  line.argv = pointers(line.words);
  line.envp = pointers(line.variables);
  return line;
}

struct Handshake {
  sys::Pipe from_child;  // an errno value: 0 once it is in its namespace; that of execve if that fails
  sys::Pipe to_child;    // one byte: the maps are written
};

void tell(const sys::UniqueFd& writer, int number) { (void)!::write(writer.get(), &number, sizeof number); }

// Async-signal-safe calls only, as in every child of clone. `mask`: the signals that were blocked when we
// were started. What was ignored stays so: nohup(1) means the inner process too.
[[noreturn]] void become_inner(const Handshake& handshake, const CommandLine& line, const sigset_t& mask) {
  // Mounts of its own too: mmdebstrap makes some and takes it for granted that root may.
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
    tell(handshake.from_child.writer, errno);
    ::_exit(1);
  }
  // It ends when the process that started it does, however it does. Not before unshare, which clears this;
  // execve keeps it for who is root in the namespace (prctl(2)).
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  tell(handshake.from_child.writer, 0);
  char go = 0;
  // The parent's end must be closed here too, or its death would go unnoticed.
  ::close(handshake.to_child.writer.get());
  if (::read(handshake.to_child.reader.get(), &go, 1) != 1) ::_exit(1);
  (void)::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execve("/proc/self/exe", line.argv.data(), line.envp.data());
  tell(handshake.from_child.writer, errno);
  ::_exit(1);
}

// Nothing when the child closed its end: it executes by then, or is dead.
std::optional<int> hear(const sys::UniqueFd& reader) {
  int number = 0;
  return ::read(reader.get(), &number, sizeof number) == sizeof number ? std::optional(number) : std::nullopt;
}

std::unexpected<Error> refused(int err) {
  auto failure = fail_errno(err, "making a user namespace");
  if (err != EPERM && err != ENOSPC) return failure;
  return with_hint(std::move(failure),
                   "allow it: sysctl -w user.max_user_namespaces=28633 (and, where they exist, "
                   "kernel.unprivileged_userns_clone=1 and kernel.apparmor_restrict_unprivileged_userns=0)");
}

Result<sys::Child> start_inner(const CommandLine& line, const sys::IdMaps& maps, const sigset_t& mask) {
  auto from_child = TRY(sys::create_pipe());
  auto to_child = TRY(sys::create_pipe());
  Handshake handshake{.from_child = std::move(from_child), .to_child = std::move(to_child)};
  auto clone = TRY(sys::clone_process());
  if (clone.pid == 0) become_inner(handshake, line, mask);
  sys::Child child(clone.pid, std::move(clone.pidfd));
  handshake.from_child.writer.reset();
  const auto entered = hear(handshake.from_child.reader);
  if (entered.value_or(EPERM) != 0) return refused(entered.value_or(EPERM));
  TRY(sys::write_id_maps(child.pid(), maps));
  TRY(sys::write_all(handshake.to_child.writer, as_bytes("g")));
  if (const auto err = hear(handshake.from_child.reader)) return fail_errno(*err, "executing corten again");
  return child;
}

// Signals from the terminal reach the whole foreground group, and so the child too; others were meant for it.
Result<sys::ExitStatus> supervise(sys::Child& child, sys::SignalFd& signals) {
  const std::array<sys::BorrowedFd, 2> watched = {child.pidfd(), signals.fd()};
  while (true) {
    const auto ready = TRY(sys::wait_any_readable(watched));
    if (ready == 0) break;
    const auto signal = TRY(signals.read());
    if (signal && !signal->from_kernel) TRY(child.kill(signal->signal));
  }
  return child.wait();
}

}  // namespace

Result<sys::ExitStatus> rerun_in_user_namespace(const std::function<void(const std::string&)>& warn) {
  const auto uid = sys::current_user().uid;
  const auto entry = TRY(sys::find_host_user(uid));
  const auto user = entry.value_or(sys::HostUser{});
  auto maps = TRY(rootless_maps(user));
  const auto shortage = find_shortage(maps, user.name.empty() ? std::to_string(uid) : user.name);
  if (!shortage.reasons.empty()) {
    warn(fmt::format("files of other owners in images become yours, because {}. To keep their owners: {}",
                     join(shortage.reasons, ", and "), join(shortage.remedies, "; ")));
    maps = own_id_only(maps);
  }
  const auto line = TRY(own_command_line());
  sigset_t mask;
  ::sigemptyset(&mask);
  (void)::sigprocmask(SIG_SETMASK, nullptr, &mask);
  auto signals = TRY(sys::SignalFd::create({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}));
  auto child = TRY(start_inner(line, maps, mask));
  return supervise(child, signals);
}

}  // namespace corten::process
