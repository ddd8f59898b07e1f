#include "sys/mount.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/detached_mount.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::sys {

namespace {

// "Not with these calls": old kernels, seccomp filters. EPERM may be the real answer; then mount(2) repeats
// it.
bool calls_missing(const Error& error) { return error.errnum() == ENOSYS || error.errnum() == EPERM; }

unsigned long legacy_flags(std::uint64_t attributes) {
  struct Pair {
    std::uint64_t attribute;
    unsigned long flag;
  };
  static constexpr Pair kPairs[] = {
      {MOUNT_ATTR_RDONLY, MS_RDONLY},         {MOUNT_ATTR_NOSUID, MS_NOSUID},
      {MOUNT_ATTR_NODEV, MS_NODEV},           {MOUNT_ATTR_NOEXEC, MS_NOEXEC},
      {MOUNT_ATTR_NOATIME, MS_NOATIME},       {MOUNT_ATTR_STRICTATIME, MS_STRICTATIME},
      {MOUNT_ATTR_NODIRATIME, MS_NODIRATIME}, {MOUNT_ATTR_NOSYMFOLLOW, 256},  // MS_NOSYMFOLLOW, kernel 5.10
  };
  unsigned long flags = 0;
  for (const auto& pair : kPairs) {
    if ((attributes & pair.attribute) != 0) flags |= pair.flag;
  }
  return flags;
}

// Options that mount(2) takes as flags and fsconfig as names.
unsigned long legacy_flag_of_option(std::string_view key) {
  if (key == "ro") return MS_RDONLY;
  if (key == "sync") return MS_SYNCHRONOUS;
  if (key == "dirsync") return MS_DIRSYNC;
  if (key == "lazytime") return MS_LAZYTIME;
  if (key == "silent") return MS_SILENT;
  return 0;
}

Result<> mount_legacy(BorrowedFd target, const MountRequest& request) {
  auto flags = legacy_flags(request.attributes);
  std::string data;
  for (const auto& [key, value] : request.options) {
    const auto flag = value ? 0UL : legacy_flag_of_option(key);
    flags |= flag;
    if (flag != 0) continue;
    // A comma would start another option; fsconfig has no such limit.
    if (key.find(',') != std::string::npos ||
        (value && request.type != "overlay" && value->find(',') != std::string::npos)) {
      return fail(Errc::invalid_argument, "mounting '{}': a comma in option '{}'", request.type, key);
    }
    if (!data.empty()) data += ',';
    data += key;
    if (value) data += "=" + *value;
  }
  // mount(2) reads one page and would cut the rest off without a word.
  const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (data.size() >= page_bytes) {
    return fail(Errc::invalid_argument, "mounting '{}': {} bytes of options, mount(2) takes {}", request.type,
                data.size(), page_bytes - 1);
  }
  const auto source = request.source.empty() ? request.type : request.source;
  if (::mount(source.c_str(), proc_path(target).c_str(), request.type.c_str(), flags, data.c_str()) != 0) {
    const int err = errno;
    return fail_errno(err, "mounting '{}' with mount(2)", request.type);
  }
  return {};
}

// A descriptor of the mount that now covers `target`: its path is looked up again, and must lead to what was
// mounted there.
Result<UniqueFd> open_covering_mount(BorrowedFd target, const FileStatus& expected) {
  const auto path = TRY(describe_path(target));
  auto fd = TRY(open(path, O_PATH | O_NOFOLLOW));
  const auto found = TRY(fstat(fd));
  if (!found.same_file(expected)) {
    return fail(Errc::failed_precondition, "'{}' was replaced while something was mounted on it", path);
  }
  return fd;
}

// The flags the mount has now, as mount(2) wants them. statvfs numbers most as mount(2) does, not all.
Result<unsigned long> current_mount_flags(BorrowedFd mount) {
  struct statvfs status{};
  if (::fstatvfs(mount.get(), &status) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the flags of a mount");
  }
  struct Pair {
    unsigned long status_flag;
    unsigned long mount_flag;
  };
  static constexpr Pair kPairs[] = {
      {ST_RDONLY, MS_RDONLY},     {ST_NOSUID, MS_NOSUID},   {ST_NODEV, MS_NODEV},
      {ST_NOEXEC, MS_NOEXEC},     {ST_NOATIME, MS_NOATIME}, {ST_NODIRATIME, MS_NODIRATIME},
      {ST_RELATIME, MS_RELATIME},
  };
  unsigned long flags = 0;
  for (const auto& pair : kPairs) {
    if ((status.f_flag & pair.status_flag) != 0) flags |= pair.mount_flag;
  }
  return flags;
}

// A remount replaces all flags, so those that are there come along; in a user namespace it must keep them.
Result<> remount_legacy(BorrowedFd mount, std::uint64_t set, std::uint64_t clear) {
  auto kept = TRY(current_mount_flags(mount));
  kept &= ~legacy_flags(clear);
  const bool sets_access_time = (set & MOUNT_ATTR__ATIME) != 0 || (clear & MOUNT_ATTR__ATIME) != 0;
  if (sets_access_time) kept &= ~static_cast<unsigned long>(MS_RELATIME | MS_NOATIME | MS_STRICTATIME);
  const auto flags = MS_REMOUNT | MS_BIND | kept | legacy_flags(set);
  if (::mount(nullptr, proc_path(mount).c_str(), nullptr, flags, nullptr) != 0) {
    const int err = errno;
    return fail_errno(err, "changing the flags of a mount");
  }
  return {};
}

Result<> bind_legacy(BorrowedFd source, BorrowedFd target, const BindRequest& request) {
  const bool changes = request.attributes != 0 || request.cleared != 0;
  if (changes && request.attributes_on == Subtree::recursive) {
    return with_hint(fail(Errc::unsupported, "recursive mount attributes need mount_setattr"),
                     "kernel 5.12 or newer is needed");
  }
  const auto expected = TRY(fstat(source));
  const unsigned long recursive = request.subtree == Subtree::recursive ? MS_REC : 0;
  if (::mount(proc_path(source).c_str(), proc_path(target).c_str(), nullptr, MS_BIND | recursive, nullptr) !=
      0) {
    const int err = errno;
    return fail_errno(err, "bind mounting with mount(2)");
  }
  if (!changes) return {};
  const auto mounted = TRY(open_covering_mount(target, expected));
  auto remounted = remount_legacy(mounted, request.attributes, request.cleared);
  if (!remounted) (void)::umount2(proc_path(mounted).c_str(), MNT_DETACH);
  return remounted;
}

Result<> mount_detached(BorrowedFd target, const MountRequest& request) {
  auto mount = TRY(DetachedMount::create(request));
  return std::move(mount).attach(target);
}

Result<> bind_detached(BorrowedFd source, BorrowedFd target, const BindRequest& request) {
  auto mount = TRY(DetachedMount::clone(source, request.subtree));
  if (request.attributes != 0 || request.cleared != 0) {
    TRY(mount.set_attributes({.set = request.attributes, .clear = request.cleared}, request.attributes_on));
  }
  return std::move(mount).attach(target);
}

}  // namespace

Result<> mount_filesystem(BorrowedFd target, const MountRequest& request, const Kernel& kernel) {
  if (!kernel.mount_api || !fits_fsconfig(request)) return mount_legacy(target, request);
  auto mounted = mount_detached(target, request);
  if (mounted || !calls_missing(mounted.error())) return mounted;
  auto legacy = mount_legacy(target, request);
  // Two refusals: the file system's own words say more.
  if (!legacy && mounted.error().errnum() == EPERM) return mounted;
  return legacy;
}

Result<> bind_mount(BorrowedFd source, BorrowedFd target, const BindRequest& request, const Kernel& kernel) {
  const bool changes = request.attributes != 0 || request.cleared != 0;
  if (!kernel.mount_api || (changes && !kernel.mount_setattr)) {
    return bind_legacy(source, target, request);
  }
  auto bound = bind_detached(source, target, request);
  if (bound || !calls_missing(bound.error())) return bound;
  return bind_legacy(source, target, request);
}

Result<> change_mount_attributes(BorrowedFd mount, std::uint64_t set, std::uint64_t clear, Subtree subtree,
                                 const Kernel& kernel) {
  if (set == 0 && clear == 0) return {};
  if (kernel.mount_setattr) {
    auto changed = set_mount_attributes(mount, {.set = set, .clear = clear}, subtree);
    if (changed || !calls_missing(changed.error())) return changed;
    if (subtree == Subtree::recursive && changed.error().errnum() == EPERM) return changed;
  }
  if (subtree == Subtree::recursive) {
    return with_hint(fail(Errc::unsupported, "recursive mount attributes need mount_setattr"),
                     "kernel 5.12 or newer is needed");
  }
  return remount_legacy(mount, set, clear);
}

Result<> set_propagation(PathArg path, Propagation propagation, Subtree subtree) {
  unsigned long flags = subtree == Subtree::recursive ? MS_REC : 0;
  switch (propagation) {
    case Propagation::none:
      flags |= MS_PRIVATE;
      break;
    case Propagation::slave:
      flags |= MS_SLAVE;
      break;
    case Propagation::shared:
      flags |= MS_SHARED;
      break;
    case Propagation::unbindable:
      flags |= MS_UNBINDABLE;
      break;
  }
  if (::mount(nullptr, path.c_str(), nullptr, flags, nullptr) != 0) {
    const int err = errno;
    return fail_errno(err, "changing the mount propagation of '{}'", path.shown());
  }
  return {};
}

Result<> unmount(PathArg path, int flags) {
  if (::umount2(path.c_str(), flags | UMOUNT_NOFOLLOW) != 0) {
    const int err = errno;
    return fail_errno(err, "unmounting '{}'", path.shown());
  }
  return {};
}

Result<> pivot_root(PathArg new_root, PathArg put_old) {
  if (::syscall(SYS_pivot_root, new_root.c_str(), put_old.c_str()) != 0) {
    const int err = errno;
    return fail_errno(err, "making '{}' the root", new_root.shown());
  }
  return {};
}

Result<> enter_root(BorrowedFd root) {
  if (::fchdir(root.get()) != 0) {
    const int err = errno;
    return fail_errno(err, "changing to the new root");
  }
  TRY(pivot_root(".", "."));
  // The old root now lies on top of the new one, at "."; let go of it before anything can look.
  TRY(unmount(".", MNT_DETACH));
  if (::chdir("/") != 0) {
    const int err = errno;
    return fail_errno(err, "changing to '/'");
  }
  return {};
}

Result<> enter_root_without_pivot(BorrowedFd root) {
  if (::fchdir(root.get()) != 0) {
    const int err = errno;
    return fail_errno(err, "changing to the new root");
  }
  if (::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) {
    const int err = errno;
    return fail_errno(err, "moving the root over '/'");
  }
  if (::chroot(".") != 0 || ::chdir("/") != 0) {
    const int err = errno;
    return fail_errno(err, "entering the root with chroot");
  }
  return {};
}

MountPoint& MountPoint::operator=(MountPoint&& other) noexcept {
  if (this != &other) {
    drop();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

MountPoint::~MountPoint() { drop(); }

void MountPoint::drop() noexcept {
  if (path_.empty()) return;
  const int saved = errno;
  (void)::umount2(path_.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
  path_.clear();
  errno = saved;
}

Result<> MountPoint::unmount() && {
  TRY(sys::unmount(path_));
  path_.clear();
  return {};
}

}  // namespace corten::sys
