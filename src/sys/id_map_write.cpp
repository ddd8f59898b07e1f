#include <fcntl.h>
#include <sched.h>
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
  return with_hint(fail(Errc::permission_denied, "'{}' refused the id map: {}", kind.helper,
                        printable(trim(ran.error_output))),
                   "{} must grant the ids: usermod {} 100000-165535 USER", kind.ranges_file,
                   kind.usermod_flag);
}

Result<> write_one(pid_t pid, const Kind& kind, const std::vector<IdMapping>& mappings, IdMapWriter writer) {
  if (writer == IdMapWriter::helpers) return write_by_helper(pid, kind, mappings);
  auto written = write_directly(pid, kind, mappings);
  if (written || writer == IdMapWriter::direct || written.error().errnum() != EPERM) return written;
  return write_by_helper(pid, kind, mappings);
}

// In the child: async-signal-safe only. Stays until the parent closes its end of `gate`.
[[noreturn]] void hold_user_namespace(int ready, int gate) noexcept {
  reset_signals();
  std::uint8_t byte = 0;
  int err = ::unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
  if (::write(ready, &err, sizeof err) != static_cast<ssize_t>(sizeof err)) ::_exit(1);
  (void)!::read(gate, &byte, 1);
  ::_exit(0);
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
  auto gate = TRY(create_pipe());
  auto clone = TRY(clone_process());
  if (clone.pid == 0) {
    // The parent's end of the gate, or the end of file would never come.
    ::close(gate.writer.get());
    hold_user_namespace(ready.writer.get(), gate.reader.get());
  }
  Child holder(clone.pid, std::move(clone.pidfd));
  ready.writer.reset();
  int err = 0;
  const auto size = TRY(read_some(ready.reader, {reinterpret_cast<std::uint8_t*>(&err), sizeof err}));
  if (size != sizeof err) return fail(Errc::internal, "the holder of a user namespace ended early");
  if (err != 0) return fail_errno(err, "making a user namespace");
  TRY(write_id_maps(holder.pid(), maps, writer));
  auto fd = TRY(open_namespace("user", holder.pid()));
  gate.writer.reset();
  TRY(holder.wait());
  return fd;
}

}  // namespace corten::sys
