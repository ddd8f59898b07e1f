#include "snapshot/rootfs_mount.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/scope_exit.hpp"
#include "sys/file.hpp"

namespace corten::snapshot {

namespace {

Result<> bind(const RootfsMount& mount, sys::BorrowedFd target) {
  const auto source = TRY(sys::open(mount.source, O_PATH | O_DIRECTORY));
  return sys::bind_mount(source, target, {.attributes = mount.attributes});
}

}  // namespace

Result<> mount_rootfs(const RootfsMount& mount, sys::BorrowedFd target) {
  if (mount.type == "bind") return bind(mount, target);
  const auto before = TRY(sys::open(".", O_PATH | O_DIRECTORY));
  const auto working_directory = TRY(sys::open(mount.working_directory, O_PATH | O_DIRECTORY));
  if (::fchdir(working_directory.get()) != 0) {
    const int err = errno;
    return fail_errno(err, "changing to '{}'", mount.working_directory);
  }
  const ScopeExit back([&] { (void)!::fchdir(before.get()); });
  return sys::mount_filesystem(
      target,
      {.type = mount.type, .source = mount.source, .options = mount.options, .attributes = mount.attributes});
}

}  // namespace corten::snapshot
