#include "main/user_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
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

constexpr auto kOuterUidVariable = "_CORTEN_OUTER_UID";
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

Result<sys::IdMaps> rootless_maps() {
  const auto me = sys::current_user();
  const auto entry = TRY(sys::find_host_user(me.uid));
  const sys::HostUser user = entry.value_or(sys::HostUser{});
  auto uids = TRY(map_ids("/etc/subuid", user, me.uid, me.uid));
  auto gids = TRY(map_ids("/etc/subgid", user, me.uid, me.gid));
  return sys::IdMaps{.uids = std::move(uids), .gids = std::move(gids)};
}

bool maps_ranges(const sys::IdMaps& maps) { return maps.uids.size() > 1 && maps.gids.size() > 1; }

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
  for (char** variable = environ; *variable != nullptr; ++variable) line.variables.emplace_back(*variable);
  line.variables.push_back(fmt::format("{}={}", kOuterUidVariable, sys::current_user().uid));
  line.argv = pointers(line.words);
  line.envp = pointers(line.variables);
  return line;
}

struct Handshake {
  sys::Pipe from_child;  // an errno value: 0 once it is in its namespace; that of execve if that fails
  sys::Pipe to_child;    // one byte: the maps are written
};

void tell(const sys::UniqueFd& writer, int number) { (void)!::write(writer.get(), &number, sizeof number); }

// Async-signal-safe calls only, as in every child of clone.
[[noreturn]] void become_inner(const Handshake& handshake, const CommandLine& line) {
  if (::unshare(CLONE_NEWUSER) != 0) {
    tell(handshake.from_child.writer, errno);
    ::_exit(1);
  }
  tell(handshake.from_child.writer, 0);
  char go = 0;
  // The parent's end must be closed here too, or its death would go unnoticed.
  ::close(handshake.to_child.writer.get());
  if (::read(handshake.to_child.reader.get(), &go, 1) != 1) ::_exit(1);
  sys::reset_signals();
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

Result<sys::Child> start_inner(const CommandLine& line, const sys::IdMaps& maps) {
  auto from_child = TRY(sys::create_pipe());
  auto to_child = TRY(sys::create_pipe());
  Handshake handshake{.from_child = std::move(from_child), .to_child = std::move(to_child)};
  auto clone = TRY(sys::clone_process());
  if (clone.pid == 0) become_inner(handshake, line);
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
Result<int> supervise(sys::Child& child, sys::SignalFd& signals) {
  const std::array<sys::BorrowedFd, 2> watched = {child.pidfd(), signals.fd()};
  while (true) {
    const auto ready = TRY(sys::wait_any_readable(watched));
    if (ready == 0) break;
    const auto signal = TRY(signals.read());
    if (signal && signal->sender_pid != 0) TRY(child.kill(signal->signal));
  }
  const auto status = TRY(child.wait());
  return status.combined();
}

}  // namespace

Result<int> rerun_in_user_namespace(const std::function<void(const std::string&)>& warn) {
  auto maps = TRY(rootless_maps());
  if (!maps_ranges(maps) || !sys::find_program("newuidmap")) {
    warn(
        "only your own user id can be used: files of other owners in images become yours. To have them all: "
        "apt install uidmap, and usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER");
    maps = own_id_only(maps);
  }
  const auto line = TRY(own_command_line());
  auto signals = TRY(sys::SignalFd::create({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}));
  auto child = TRY(start_inner(line, maps));
  return supervise(child, signals);
}

std::optional<unsigned> find_outer_uid() {
  const auto text = find_env(kOuterUidVariable);
  if (!text || ::geteuid() != 0) return std::nullopt;
  // Root of the host may have inherited the variable: all ids are mapped there.
  const auto maps = sys::current_id_maps();
  if (!maps || maps->uids.empty() || maps->uids.front().outside == 0) return std::nullopt;
  unsigned uid = 0;
  const auto* const end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, uid);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return uid;
}

void end_with_parent() { (void)::prctl(PR_SET_PDEATHSIG, SIGKILL); }

}  // namespace corten::process
