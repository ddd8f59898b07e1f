#include "runtime/init/mount/target.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

// What LXCFS and others put in place of the host's numbers, as runc has it. Anything else below /proc could
// be used to lie to the runtime or to a security module.
constexpr std::string_view kReplaceable[] = {
    "/cpuinfo",
    "/diskstats",
    "/loadavg",
    "/meminfo",
    "/net/dev",
    "/slabinfo",
    "/stat",
    "/swaps",
    "/uptime",
    "/sys/kernel/ns_last_pid",
    "/sys/crypto/fips_enabled",
};

Result<bool> is_procfs(sys::BorrowedFd fd) {
  struct statfs fs{};
  if (::fstatfs(fd.get(), &fs) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the file system type of a mount's target");
  }
  return fs.f_type == PROC_SUPER_MAGIC;
}

Result<> check_below_proc(const InitContext& context, sys::BorrowedFd target) {
  const bool inside = TRY(is_procfs(target));
  if (!inside) return {};
  const auto path = TRY(sys::describe_path(target));
  const auto root = TRY(sys::describe_path(context.root));
  const auto proc = root + "/proc";
  if (path == proc || path == proc + "/") return {};
  const auto rest =
      path.starts_with(proc) ? std::string_view(path).substr(proc.size()) : std::string_view(path);
  if (std::ranges::find(kReplaceable, rest) != std::end(kReplaceable)) return {};
  return fail(Errc::permission_denied, "it leads to '/proc{}', and nothing may be mounted there",
              printable(rest));
}

Result<sys::UniqueFd> make_file(const InitContext& context, const std::string& destination) {
  auto there = sys::resolve_in_root(context.root, destination, context.kernel);
  if (there || there.error().kind() != Errc::not_found) return there;
  const auto place = TRY(
      sys::open_parent_in_root(context.root, destination, sys::MissingParents::create, 0755, context.kernel));
  // Not O_EXCL: a dangling link is followed inside the root, as it is for directories.
  TRY(sys::open_in_root(context.root, destination, O_CREAT | O_RDONLY | O_NONBLOCK, 0644, context.kernel));
  return sys::resolve_in_root(context.root, destination, context.kernel);
}

}  // namespace

Result<sys::UniqueFd> open_mount_target(const InitContext& context, const std::string& destination,
                                        TargetKind kind) {
  sys::UniqueFd target;
  if (kind == TargetKind::file) {
    target = TRY(make_file(context, destination));
  } else {
    target = TRY(sys::mkdir_all_in_root(context.root, destination, 0755, context.kernel));
  }
  TRY(check_below_proc(context, target));
  return target;
}

Result<> check_covers_proc(const InitContext& context, std::optional<sys::BorrowedFd> source,
                           const std::string& destination) {
  const auto target = TRY(open_mounted(context, destination));
  const auto path = TRY(sys::describe_path(target));
  const auto root = TRY(sys::describe_path(context.root));
  if (path != root + "/proc") return {};
  if (source) {
    const bool real = TRY(is_procfs(*source));
    const auto status = TRY(sys::fstat(*source));
    constexpr std::uint64_t kProcRootInode = 1;
    if (real && status.inode == kProcRootInode) return {};
  }
  return fail(Errc::permission_denied, "'/proc' of a container must be a procfs");
}

Result<sys::UniqueFd> open_plain_target(const InitContext& context, const std::string& destination) {
  auto target = TRY(sys::mkdir_all_in_root(context.root, destination, 0755, context.kernel));
  auto expected = TRY(sys::describe_path(context.root));
  for (const auto part : split(destination, '/')) {
    if (!part.empty() && part != ".") expected += (expected.ends_with('/') ? "" : "/") + std::string(part);
  }
  const auto path = TRY(sys::describe_path(target));
  if (path == expected) return target;
  return fail(Errc::permission_denied, "the destination must be a plain directory; it is a link to '{}'",
              printable(path));
}

Result<sys::UniqueFd> open_mounted(const InitContext& context, const std::string& destination) {
  return sys::resolve_in_root(context.root, destination, context.kernel);
}

}  // namespace corten::runtime
