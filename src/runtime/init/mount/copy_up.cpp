#include "runtime/init/mount/copy_up.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/copy.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::runtime {
namespace {

constexpr int kMaxDepth = 128;

Result<> copy_directory(sys::BorrowedFd from, sys::BorrowedFd to, int depth);

Result<> copy_regular(sys::BorrowedFd from_dir, sys::BorrowedFd to_dir, const std::string& name) {
  const auto from = TRY(sys::openat(from_dir, name, O_RDONLY | O_NOFOLLOW));
  auto to = TRY(sys::openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  TRY(sys::copy_file(from, to));
  return to.close();
}

Result<> copy_tree(sys::BorrowedFd from_dir, sys::BorrowedFd to_dir, const std::string& name, int depth) {
  TRY(sys::mkdirat(to_dir, name, 0700));
  const auto from = TRY(sys::openat(from_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const auto to = TRY(sys::openat(to_dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  return copy_directory(from, to, depth + 1);
}

Result<> copy_entry(sys::BorrowedFd from, sys::BorrowedFd to, const std::string& name, int depth) {
  const auto status = TRY(sys::fstatat(from, name));
  switch (status.type) {
    case sys::FileType::directory:
      TRY(copy_tree(from, to, name, depth));
      break;
    case sys::FileType::regular:
      TRY(copy_regular(from, to, name));
      break;
    case sys::FileType::symlink: {
      const auto target = TRY(sys::readlinkat(from, name));
      TRY(sys::symlinkat(target, to, name));
      break;
    }
    default:
      TRY(sys::mknodat(to, name, status.type, status.permissions, status.special_device));
  }
  TRY(sys::fchownat(to, name, status.uid, status.gid));
  // After the owner, whose change takes setuid away.
  if (!status.is_symlink()) TRY(sys::fchmodat(to, name, status.permissions));
  return sys::utimensat(to, name, {.accessed = status.accessed, .modified = status.modified});
}

Result<> copy_directory(sys::BorrowedFd from, sys::BorrowedFd to, int depth) {
  if (depth > kMaxDepth) return fail(Errc::failed_precondition, "more than {} directories deep", kMaxDepth);
  const auto entries = TRY(sys::read_directory(from));
  for (const auto& entry : entries) {
    TRY_CTX(copy_entry(from, to, entry.name, depth), "copying '{}'", printable(entry.name));
  }
  return {};
}

bool has_mode(const sys::MountRequest& request) {
  for (const auto& option : request.options) {
    if (option.key == "mode") return true;
  }
  return false;
}

}  // namespace

Result<> mount_with_copy(const InitContext& context, sys::BorrowedFd target, sys::MountRequest request) {
  const auto below = TRY(sys::reopen(target, O_RDONLY | O_DIRECTORY));
  const auto attributes = request.attributes;
  request.attributes &= ~static_cast<std::uint64_t>(MOUNT_ATTR_RDONLY);
  // A view of its own on what is about to be covered, and the path to what covers it.
  const auto path = TRY(sys::describe_path(target));
  TRY(sys::mount_filesystem(target, request, context.kernel));
  const auto mounted = TRY(sys::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const auto status = TRY(sys::fstat(below));
  TRY_CTX(copy_directory(below, mounted, 0), "tmpcopyup");
  TRY(sys::fchown(mounted, status.uid, status.gid));
  if (!has_mode(request)) TRY(sys::fchmod(mounted, status.permissions));
  if (attributes == request.attributes) return {};
  return sys::change_mount_attributes(mounted, MOUNT_ATTR_RDONLY, 0, sys::Subtree::only_this, context.kernel);
}

}  // namespace corten::runtime
