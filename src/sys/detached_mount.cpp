#include "sys/detached_mount.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/strings.hpp"

// glibc 2.36 has the values but hides some behind the kernel's header, which clashes with <sys/mount.h>.
#ifndef FSMOUNT_CLOEXEC
#define FSMOUNT_CLOEXEC 0x00000001
#endif

namespace corten::sys {

namespace {

constexpr std::size_t kMaxValueBytes = 255;  // fsconfig(FSCONFIG_SET_STRING): 256 with the NUL

// What the file system says about the failure ("e overlay: ..."), one message per read.
std::string kernel_messages(BorrowedFd context) {
  std::string all;
  std::array<char, 1024> buffer;
  for (int i = 0; i < 16; ++i) {
    const auto size = ::read(context.get(), buffer.data(), buffer.size());
    if (size <= 0) break;
    auto message = std::string_view(buffer.data(), static_cast<std::size_t>(size));
    // "e " error, "w " warning, "i " information.
    if (message.size() > 2 && message[1] == ' ') message.remove_prefix(2);
    if (!all.empty()) all += "; ";
    all += printable(trim(message));
  }
  return all;
}

std::unexpected<Error> fail_configuring(BorrowedFd context, int err, const MountRequest& request,
                                        std::string_view doing) {
  const auto words = kernel_messages(context);
  if (words.empty()) return fail_errno(err, "mounting '{}': {}", request.type, doing);
  return fail_errno(err, "mounting '{}': {} ({})", request.type, doing, words);
}

Result<> configure(BorrowedFd context, const MountRequest& request) {
  const int fd = context.get();
  if (!request.source.empty() &&
      ::fsconfig(fd, FSCONFIG_SET_STRING, "source", request.source.c_str(), 0) != 0) {
    const int err = errno;
    return fail_configuring(context, err, request, fmt::format("source '{}'", request.source));
  }
  for (const auto& [key, value] : request.options) {
    const int result = value ? ::fsconfig(fd, FSCONFIG_SET_STRING, key.c_str(), value->c_str(), 0)
                             : ::fsconfig(fd, FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0);
    if (result != 0) {
      const int err = errno;
      return fail_configuring(context, err, request, fmt::format("option '{}'", key));
    }
  }
  if (::fsconfig(fd, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    const int err = errno;
    return fail_configuring(context, err, request, "making the file system");
  }
  return {};
}

std::uint64_t propagation_bits(Propagation propagation) {
  switch (propagation) {
    case Propagation::none:
      return MS_PRIVATE;
    case Propagation::slave:
      return MS_SLAVE;
    case Propagation::shared:
      return MS_SHARED;
    case Propagation::unbindable:
      return MS_UNBINDABLE;
  }
  return 0;
}

}  // namespace

bool fits_fsconfig(const MountRequest& request) {
  return request.source.size() <= kMaxValueBytes &&
         std::ranges::all_of(request.options, [](const MountOption& option) {
           return option.key.size() <= kMaxValueBytes &&
                  (!option.value || option.value->size() <= kMaxValueBytes);
         });
}

Result<> set_mount_attributes(BorrowedFd mount, const MountAttributes& attributes, Subtree subtree) {
  mount_attr raw{};
  raw.attr_set = attributes.set;
  raw.attr_clr = attributes.clear;
  // The access-time setting is one field of several bits: to set one value, clear the field.
  if ((raw.attr_set & MOUNT_ATTR__ATIME) != 0) raw.attr_clr |= MOUNT_ATTR__ATIME;
  if (attributes.propagation) raw.propagation = propagation_bits(*attributes.propagation);
  if (attributes.user_namespace) {
    raw.attr_set |= MOUNT_ATTR_IDMAP;
    raw.userns_fd = static_cast<std::uint64_t>(attributes.user_namespace->get());
  }
  const unsigned flags = AT_EMPTY_PATH | (subtree == Subtree::recursive ? AT_RECURSIVE : 0U);
  if (::mount_setattr(mount.get(), "", flags, &raw, sizeof raw) != 0) {
    const int err = errno;
    return fail_errno(err, "changing the attributes of a mount");
  }
  return {};
}

Result<DetachedMount> DetachedMount::create(const MountRequest& request) {
  if (!fits_fsconfig(request)) {
    return fail(Errc::invalid_argument, "mounting '{}': an option is longer than {} bytes", request.type,
                kMaxValueBytes);
  }
  const UniqueFd context(::fsopen(request.type.c_str(), FSOPEN_CLOEXEC));
  if (!context) {
    const int err = errno;
    return fail_errno(err, "mounting '{}': opening the file system type", request.type);
  }
  TRY(configure(context, request));
  UniqueFd fd(::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(request.attributes)));
  if (!fd) {
    const int err = errno;
    return fail_configuring(context, err, request, "making the mount");
  }
  return DetachedMount(std::move(fd));
}

Result<DetachedMount> DetachedMount::clone(BorrowedFd source, Subtree subtree) {
  const unsigned flags = OPEN_TREE_CLONE | static_cast<unsigned>(OPEN_TREE_CLOEXEC) | AT_EMPTY_PATH |
                         (subtree == Subtree::recursive ? AT_RECURSIVE : 0U);
  UniqueFd fd(::open_tree(source.get(), "", flags));
  if (!fd) {
    const int err = errno;
    return fail_errno(err, "making a second view of a mounted tree");
  }
  return DetachedMount(std::move(fd));
}

Result<> DetachedMount::set_attributes(const MountAttributes& attributes, Subtree subtree) {
  return set_mount_attributes(fd_, attributes, subtree);
}

Result<> DetachedMount::attach(BorrowedFd target) && {
  constexpr unsigned kFlags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  if (::move_mount(fd_.get(), "", target.get(), "", kFlags) != 0) {
    const int err = errno;
    return fail_errno(err, "attaching a mount");
  }
  // An open descriptor of an attached mount keeps nothing alive that matters, but keeps it busy.
  fd_.reset();
  return {};
}

}  // namespace corten::sys
