#include "sys/test_support.hpp"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

#include "base/env.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/names.hpp"
#include "sys/pipe.hpp"

namespace corten::sys::test {

namespace {

TempDir make_scratch(Where where) {
  if (where == Where::memory) {
    if (const auto shm = open("/dev/shm", O_RDONLY | O_DIRECTORY)) {
      if (auto dir = TempDir::create(*shm, "corten-sys-test-")) return std::move(*dir);
    }
  }
  const auto root = find_nonempty_env("TMPDIR").value_or("/tmp");
  const auto fd = open(root, O_RDONLY | O_DIRECTORY).value();
  return TempDir::create(fd, "corten-sys-test-").value();
}

std::string write_whole(const std::string& path, const std::string& text) {
  const auto file = open(path, O_WRONLY);
  return file ? error_of(write_all(*file, as_bytes(text))) : error_of(file);
}

}  // namespace

ScratchDir::ScratchDir(Where where) : dir_(make_scratch(where)) {}

std::string ScratchDir::path(const std::string& name) const {
  const auto base = describe_path(dir_.fd()).value();
  return name.empty() ? base : base + "/" + name;
}

void ScratchDir::write(PathArg name, std::string_view text) const {
  auto file = openat(fd(), name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_TRUE(write_all(*file, as_bytes(text)));
}

std::string ScratchDir::read(PathArg name) const {
  auto text = read_file(fd(), name, std::size_t{64} * 1024 * 1024);
  return text ? *text : "error: " + text.error().message();
}

void ScratchDir::mkdir(PathArg name) const {
  const auto made = ensure_directory(fd(), name, 0755);
  ASSERT_TRUE(made) << made.error().message();
}

void ScratchDir::symlink(PathArg target, PathArg name) const {
  const auto made = symlinkat(target, fd(), name);
  ASSERT_TRUE(made) << made.error().message();
}

bool ScratchDir::has(PathArg name) const { return find_status(fd(), name).value().has_value(); }

std::string run_in_child(const std::function<std::string()>& body) {
  // The sanitizer of undefined behaviour looks at the type of fmt's buffer through a pipe, once: now, as the
  // child may have no descriptors left when it words an error.
  (void)fmt::format("{}", 0);
  auto pipe = create_pipe().value();
  const pid_t pid = ::fork();
  if (pid < 0) return "skip: fork failed";
  if (pid == 0) {
    const auto outcome = body();
    (void)write_all(pipe.writer, as_bytes(outcome));
    ::_exit(42);
  }
  pipe.writer.reset();
  auto outcome = read_all(pipe.reader, 1 << 20).value();
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 42) outcome += " (the child died)";
  return outcome;
}

std::string enter_private_mounts() {
  const auto uid = ::geteuid();
  const auto gid = ::getegid();
  const int flags = uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
  if (::unshare(flags) != 0) {
    const int err = errno;
    return "skip: no new mount namespace: " + errno_text(err);
  }
  if (uid != 0) {
    (void)write_whole("/proc/self/setgroups", "deny");
    if (auto bad = write_whole("/proc/self/uid_map", fmt::format("0 {} 1", uid)); !bad.empty()) return bad;
    if (auto bad = write_whole("/proc/self/gid_map", fmt::format("0 {} 1", gid)); !bad.empty()) return bad;
  }
  return error_of(set_propagation("/", Propagation::none, Subtree::recursive));
}

std::string deny_system_calls(std::initializer_list<long> numbers, int err) {
  std::vector<sock_filter> program{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offsetof(seccomp_data, nr))}};
  for (const long number : numbers) {
    program.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, static_cast<std::uint32_t>(number)});
    program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(err)});
  }
  program.push_back({BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW});
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0) {
    const int failure = errno;
    return "skip: no seccomp filter: " + errno_text(failure);
  }
  return {};
}

int count_open_fds() {
  const auto dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY).value();
  return static_cast<int>(read_directory(dir).value().size()) - 1;
}

}  // namespace corten::sys::test
