#include "runtime/init/console.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/mount.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

constexpr sys::DeviceNumber kPtmx = {.major_number = 5, .minor_number = 2};
constexpr sys::DeviceNumber kNull = {.major_number = 1, .minor_number = 3};

struct Terminal {
  sys::UniqueFd controller;
  sys::UniqueFd side;  ///< What the process has as its terminal.
};

Result<> check_ptmx(sys::BorrowedFd fd) {
  const auto status = TRY(sys::fstat(fd));
  struct statfs fs{};
  if (::fstatfs(fd.get(), &fs) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the file system type of '/dev/pts/ptmx'");
  }
  const bool real = status.type == sys::FileType::character_device && status.special_device == kPtmx &&
                    fs.f_type == DEVPTS_SUPER_MAGIC;
  if (real) return {};
  return fail(Errc::permission_denied, "'/dev/pts/ptmx' of the container is not that of a devpts");
}

// Looked at before it is opened: opening a device can have effects.
Result<sys::UniqueFd> open_ptmx(sys::BorrowedFd root, const sys::Kernel& kernel) {
  const auto place = sys::resolve_in_root(root, "/dev/pts/ptmx", kernel);
  if (!place) {
    return with_hint(with_frame(place.error().clone(), "a terminal needs a devpts in the container"),
                     "mount the type 'devpts' at '/dev/pts'");
  }
  TRY(check_ptmx(*place));
  // Not through /proc, which for exec is the container's; so it is checked again.
  auto opened = TRY(sys::open_in_root(root, "/dev/pts/ptmx", O_RDWR, 0, kernel));
  TRY(check_ptmx(opened));
  return opened;
}

Result<Terminal> open_terminal(sys::BorrowedFd root, const sys::Kernel& kernel) {
  Terminal terminal;
  terminal.controller = TRY(open_ptmx(root, kernel));
  int unlocked = 0;
  if (::ioctl(terminal.controller.get(), TIOCSPTLCK, &unlocked) != 0) {
    const int err = errno;
    return fail_errno(err, "unlocking a terminal");
  }
  // By the controlling end, not by the name /dev/pts/N (kernel 4.13).
  terminal.side =
      sys::UniqueFd(::ioctl(terminal.controller.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.side) {
    const int err = errno;
    return fail_errno(err, "opening the process's end of a terminal");
  }
  return terminal;
}

Result<> set_size(const Terminal& terminal, const oci::Process& process) {
  if (!process.console_size) return {};
  winsize size{};
  size.ws_row = static_cast<unsigned short>(process.console_size->height);
  size.ws_col = static_cast<unsigned short>(process.console_size->width);
  if (::ioctl(terminal.controller.get(), TIOCSWINSZ, &size) != 0) {
    const int err = errno;
    return fail_errno(err, "process.consoleSize");
  }
  return {};
}

// Over a file of the image's or a new one, never through a link.
Result<> bind_console(const InitContext& context, const Terminal& terminal) {
  const auto place = TRY(sys::open_parent_in_root(context.root, "/dev/console", sys::MissingParents::create,
                                                  0755, context.kernel));
  const auto there = TRY(sys::find_status(place.parent, place.name));
  if (!there) TRY(sys::openat(place.parent, place.name, O_CREAT | O_EXCL | O_RDONLY | O_NOFOLLOW, 0620));
  const auto target = TRY(sys::openat(place.parent, place.name, O_PATH | O_NOFOLLOW));
  const auto status = TRY(sys::fstat(target));
  if (!status.is_regular() && status.type != sys::FileType::character_device) {
    return fail(Errc::permission_denied, "'/dev/console' of the image is neither a file nor a device");
  }
  return sys::bind_mount(terminal.side, target, {}, context.kernel);
}

Result<> become_controlled(const Terminal& terminal) {
  if (::ioctl(terminal.side.get(), TIOCSCTTY, 0) != 0) {
    const int err = errno;
    return fail_errno(err, "taking a terminal as the controlling one");
  }
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) TRY(sys::place_descriptor(terminal.side, fd));
  return {};
}

Result<> set_up(InitContext& context) {
  sys::UniqueFd own_root;
  // exec is in the container already, where "/" is its root.
  if (context.is_exec()) own_root = TRY(sys::open("/", O_PATH | O_DIRECTORY));
  const sys::BorrowedFd root = context.is_exec() ? own_root : context.root;
  const auto terminal = TRY(open_terminal(root, context.kernel));
  TRY(set_size(terminal, context.process()));
  if (!context.is_exec()) TRY(bind_console(context, terminal));
  const sys::BorrowedFd fds[] = {terminal.controller};
  TRY(context.channel.send(MessageType::terminal, {}, fds));
  return become_controlled(terminal);
}

}  // namespace

Result<> make_console(InitContext& context) {
  if (!context.process().terminal) return {};
  TRY_CTX(set_up(context), "process.terminal");
  return {};
}

Result<> own_standard_streams(InitContext& context) {
  const auto uid = context.process().user.uid;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    const sys::BorrowedFd stream(fd);
    const auto status = sys::fstat(stream);
    // Closed, ours already, or the null device that all share.
    if (!status || status->uid == uid || status->special_device == kNull) continue;
    const auto owned = sys::fchown(stream, uid, sys::kUnchangedId);
    if (owned) continue;
    const int err = owned.error().errnum();
    // Its owner has no number here, or its file system none at all: it works as it is.
    if (err != EPERM && err != EINVAL && err != EROFS && err != ENOSYS) {
      return with_frame(owned.error().clone(), "giving standard stream {} to the user {}", fd, uid);
    }
  }
  return {};
}

}  // namespace corten::runtime
