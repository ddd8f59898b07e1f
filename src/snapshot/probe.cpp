#include "snapshot/probe.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "snapshot/layout.hpp"
#include "sys/clone.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/process.hpp"
#include "sys/temp.hpp"
#include "sys/users.hpp"
#include "sys/xattr.hpp"

namespace corten::snapshot {

namespace {

constexpr std::chrono::seconds kPatience{20};

// What the child works with: all of it made before, for a clone of a threaded process may not allocate.
struct Trial {
  // By path: a descriptor from before would belong to the old mount namespace, whose directories cannot be
  // layers in the new one (EINVAL).
  std::string directory;
  bool is_root;
  std::string uid_map;
  std::string gid_map;
  const char* options;
};

int write_text(const char* path, std::string_view text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int err = ::write(fd, text.data(), text.size()) < 0 ? errno : 0;
  (void)::close(fd);
  return err;
}

int enter_namespaces(const Trial& trial) {
  if (trial.is_root) return ::unshare(CLONE_NEWNS) == 0 ? 0 : errno;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return errno;
  // Before gid_map can be written without privilege (user_namespaces(7)).
  if (const int err = write_text("/proc/self/setgroups", "deny"); err != 0) return err;
  if (const int err = write_text("/proc/self/uid_map", trial.uid_map); err != 0) return err;
  return write_text("/proc/self/gid_map", trial.gid_map);
}

// Async-signal-safe calls only; 0 or an errno value.
int mount_and_look(const Trial& trial) {
  if (const int err = enter_namespaces(trial); err != 0) return err;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (::chdir(trial.directory.c_str()) != 0) return errno;
  if (::mount("overlay", "merged", "overlay", 0, trial.options) != 0) return errno;
  // The whiteout and the opaque directory of the top layer hide these of the one below.
  if (::access("merged/gone", F_OK) == 0 || ::access("merged/cut/gone", F_OK) == 0) return ENOTSUP;
  if (::access("merged/kept", F_OK) != 0) return errno;
  const int file = ::open("merged/new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  (void)::close(file);
  // Removing makes a whiteout, by the kernel this time.
  return ::unlink("merged/kept") == 0 ? 0 : errno;
}

Result<> make_layers(sys::BorrowedFd directory, OverlayAttributes attributes) {
  for (const char* name : {"low", "low/cut", "top", "top/cut", "upper", "work", "merged"}) {
    TRY(sys::mkdirat(directory, name, 0755));
  }
  for (const char* name : {"low/gone", "low/cut/gone", "low/kept"}) {
    TRY(sys::mknodat(directory, name, sys::FileType::regular, 0644));
  }
  const auto form = overlay_whiteouts(attributes);
  const auto top = TRY(sys::openat(directory, "top", O_PATH | O_DIRECTORY));
  TRY(form->hide(top, "gone"));
  const auto cut = TRY(sys::openat(top, "cut", O_PATH | O_DIRECTORY));
  return form->set_opaque(cut);
}

Result<> run_trial(const Trial& trial) {
  auto clone = TRY(sys::clone_process());
  if (clone.pid == 0) {
    sys::reset_signals();
    ::_exit(mount_and_look(trial) & 0xff);  // errno values are below 134
  }
  sys::Child child(clone.pid, std::move(clone.pidfd));
  const auto status = TRY(child.wait_for(kPatience));
  if (!status) return fail(Errc::unsupported, "a trial of overlay does not end");
  if (status->signal != 0) return fail(Errc::unsupported, "a trial of overlay ended by a signal");
  if (status->code != 0) return fail_errno(status->code, "a trial of overlay");
  return {};
}

}  // namespace

Result<> try_overlay(sys::BorrowedFd layers, OverlayAttributes attributes) {
  auto scratch = TRY(sys::TempDir::create(layers, kBuilding));
  TRY_CTX(make_layers(scratch.fd(), attributes), "a trial of overlay");
  const auto user = sys::current_user();
  auto directory = TRY(sys::describe_path(scratch.fd()));
  const Trial trial{.directory = std::move(directory),
                    .is_root = user.is_root(),
                    .uid_map = fmt::format("0 {} 1", user.uid),
                    .gid_map = fmt::format("0 {} 1", user.gid),
                    .options = attributes == OverlayAttributes::user
                                   ? "lowerdir=top:low,upperdir=upper,workdir=work,index=off,metacopy=off,"
                                     "userxattr"
                                   : "lowerdir=top:low,upperdir=upper,workdir=work,index=off,metacopy=off,"
                                     "redirect_dir=nofollow"};
  TRY(run_trial(trial));
  return std::move(scratch).remove();
}

Result<OverlayAttributes> choose_attributes(sys::BorrowedFd layers) {
  auto scratch = TRY(sys::TempDir::create(layers, kBuilding));
  const auto set = sys::set_xattr(scratch.fd(), "trusted.overlay.opaque", as_bytes("y"));
  TRY(std::move(scratch).remove());
  return set ? OverlayAttributes::trusted : OverlayAttributes::user;
}

}  // namespace corten::snapshot
