#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "base/strings.hpp"
#include "sys/clone.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"
#include "sys/namespaces.hpp"
#include "sys/pipe.hpp"
#include "sys/process.hpp"
#include "sys/run_capture.hpp"

namespace corten::sys {

namespace {

// The two kinds of ids and what belongs to each.
struct Kind {
  const char* map_file;
  const char* helper;
  const char* ranges_file;
  const char* usermod_flag;
};
constexpr Kind kUids{.map_file = "uid_map",
                     .helper = "newuidmap",
                     .ranges_file = "/etc/subuid",
                     .usermod_flag = "--add-subuids"};
constexpr Kind kGids{.map_file = "gid_map",
                     .helper = "newgidmap",
                     .ranges_file = "/etc/subgid",
                     .usermod_flag = "--add-subgids"};

// The kernel wants the whole map in one write.
Result<> write_proc_file(pid_t pid, const char* name, const std::string& text) {
  const auto path = fmt::format("/proc/{}/{}", pid, name);
  auto file = TRY(open(path, O_WRONLY));
  TRY_CTX(write_all(file, as_bytes(text)), "'{}'", path);
  return file.close();
}

Result<> write_directly(pid_t pid, const Kind& kind, const std::vector<IdMapping>& mappings) {
  const auto text = format_id_map(mappings);
  auto written = write_proc_file(pid, kind.map_file, text);
  const bool only_own_group = &kind == &kGids && mappings.size() == 1 && mappings.front().count == 1 &&
                              mappings.front().outside == ::getegid();
  if (written || written.error().errnum() != EPERM || !only_own_group) return written;
  // Without CAP_SETGID the kernel first wants setgroups() taken away (kernel 3.19).
  TRY(write_proc_file(pid, "setgroups", "deny"));
  return write_proc_file(pid, kind.map_file, text);
}

Result<> write_by_helper(pid_t pid, const Kind& kind, const std::vector<IdMapping>& mappings) {
  const auto program = find_program(kind.helper);
  if (!program) {
    return with_hint(
        fail(Errc::failed_precondition,
             "mapping more than your own id into a user namespace needs the program '{}'", kind.helper),
        "apt install uidmap");
  }
  std::vector<std::string> argv{*program, std::to_string(pid)};
  for (const auto& mapping : mappings) {
    argv.push_back(std::to_string(mapping.inside));
    argv.push_back(std::to_string(mapping.outside));
    argv.push_back(std::to_string(mapping.count));
  }
  const auto ran = TRY(run_capture(argv));
  if (ran.status.success()) return {};
  auto refusal = fail(Errc::permission_denied, "'{}' refused the id map: {}", kind.helper,
                      printable(trim(ran.error_output)));
  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
    return with_hint(std::move(refusal), "it is a setuid program, and no_new_privs is set for this process");
  }
  return with_hint(std::move(refusal), "{} must grant the ids: usermod {} 100000-165535 USER",
                   kind.ranges_file, kind.usermod_flag);
}

Result<> write_one(pid_t pid, const Kind& kind, const std::vector<IdMapping>& mappings, IdMapWriter writer) {
  if (writer == IdMapWriter::helpers) return write_by_helper(pid, kind, mappings);
  auto written = write_directly(pid, kind, mappings);
  if (written || writer == IdMapWriter::direct || written.error().errnum() != EPERM) return written;
  return write_by_helper(pid, kind, mappings);
}

// This process never executes, so CLOEXEC is no help.
int close_all_but(int kept) noexcept {
  for (int fd = 0; fd < kept; ++fd) (void)::close(fd);
  return close_from(kept + 1);
}

int enter_user_namespace(pid_t parent) noexcept {
  if (::unshare(CLONE_NEWUSER) != 0) return errno;
  // After unshare, since a change of credentials may clear it (prctl(2)).
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return errno;
  // The parent may have died before the request. 0: it is outside of our pid namespace.
  const pid_t now = ::getppid();
  return now == parent || now == 0 ? 0 : ESRCH;
}

// In the child: async-signal-safe only. Stays until it is killed, or its parent dies.
[[noreturn]] void hold_user_namespace(int ready, pid_t parent) noexcept {
  constexpr int kReady = 3;
  reset_signals();
  if (ready != kReady && ::dup3(ready, kReady, 0) < 0) ::_exit(1);
  int err = close_all_but(kReady);
  if (err == 0) err = enter_user_namespace(parent);
  if (::write(kReady, &err, sizeof err) != static_cast<ssize_t>(sizeof err) || err != 0) ::_exit(1);
  (void)::close(kReady);
  for (;;) (void)::pause();
}

}  // namespace

Result<> write_id_maps(pid_t pid, const IdMaps& maps, IdMapWriter writer) {
  TRY_CTX(check_id_mappings(maps.uids), "user ids");
  TRY_CTX(check_id_mappings(maps.gids), "group ids");
  TRY_CTX(write_one(pid, kUids, maps.uids, writer), "mapping user ids");
  TRY_CTX(write_one(pid, kGids, maps.gids, writer), "mapping group ids");
  return {};
}

Result<UniqueFd> create_user_namespace(const IdMaps& maps, IdMapWriter writer) {
  auto ready = TRY(create_pipe());
  const pid_t parent = ::getpid();
  auto clone = TRY(clone_process());
  if (clone.pid == 0) hold_user_namespace(ready.writer.get(), parent);
  Child holder(clone.pid, std::move(clone.pidfd));
  ready.writer.reset();
  int err = 0;
  const auto size = TRY(read_some(ready.reader, {reinterpret_cast<std::uint8_t*>(&err), sizeof err}));
  if (size != sizeof err) return fail(Errc::internal, "the holder of a user namespace ended early");
  if (err != 0) return fail_errno(err, "making a user namespace");
  TRY(write_id_maps(holder.pid(), maps, writer));
  auto fd = TRY(open_namespace("user", holder.pid()));
  TRY(holder.kill(SIGKILL));
  TRY(holder.wait());
  return fd;
}

}  // namespace corten::sys
