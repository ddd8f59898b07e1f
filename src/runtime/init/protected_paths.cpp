#include "runtime/init/protected_paths.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/mount.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

constexpr sys::DeviceNumber kNullDevice = {.major_number = 1, .minor_number = 3};

// Nothing when there is no such file.
Result<sys::UniqueFd> find_in_root(const InitContext& context, const std::string& path) {
  auto found = sys::resolve_in_root(context.root, path, context.kernel);
  if (found) return found;
  const auto kind = found.error().kind();
  if (kind == Errc::not_found || found.error().errnum() == ENOTDIR) return sys::UniqueFd();
  return found;
}

Result<sys::UniqueFd> open_null_device() {
  auto fd = TRY(sys::open("/dev/null", O_PATH));
  const auto status = TRY(sys::fstat(fd));
  if (status.type == sys::FileType::character_device && status.special_device == kNullDevice) return fd;
  return fail(Errc::failed_precondition, "'/dev/null' of the host is not the null device");
}

Result<> make_readonly(const InitContext& context, const std::string& path) {
  const auto target = TRY(find_in_root(context, path));
  if (!target) return {};
  return sys::bind_mount(
      target, target, {.subtree = sys::Subtree::recursive, .attributes = MOUNT_ATTR_RDONLY}, context.kernel);
}

Result<> mask(const InitContext& context, const std::string& path, sys::BorrowedFd null_device) {
  const auto target = TRY(find_in_root(context, path));
  if (!target) return {};
  const auto status = TRY(sys::fstat(target));
  if (!status.is_directory()) return sys::bind_mount(null_device, target, {}, context.kernel);
  sys::MountRequest request = {.type = "tmpfs", .source = "tmpfs", .attributes = MOUNT_ATTR_RDONLY};
  const auto& label = context.linux_part().mount_label;
  if (!label.empty()) request.options.push_back({.key = "context", .value = label});
  return sys::mount_filesystem(target, request, context.kernel);
}

}  // namespace

Result<> make_paths_readonly(InitContext& context) {
  for (const auto& path : context.linux_part().readonly_paths) {
    TRY_CTX(make_readonly(context, path), "'{}'", printable(path));
  }
  return {};
}

Result<> mask_paths(InitContext& context) {
  const auto& paths = context.linux_part().masked_paths;
  if (paths.empty()) return {};
  const auto null_device = TRY(open_null_device());
  for (const auto& path : paths) TRY_CTX(mask(context, path, null_device), "'{}'", printable(path));
  return {};
}

}  // namespace corten::runtime
