#include <cerrno>

#include "base/strings.hpp"
#include "cgroup/cgroup.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::cgroup {

namespace {

constexpr std::size_t kMaxFileBytes = 65536;
constexpr const char* kDelegatedFiles = "/sys/kernel/cgroup/delegate";
// Before kernel 4.15 the list was in the manual only.
constexpr std::string_view kOldFiles = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

}  // namespace

Result<> Cgroup::give_to(std::uint32_t owner) {
  const auto* dir = find_v2();
  if (dir == nullptr || layout_ != Layout::v2) return {};
  const auto listed = sys::read_file(sys::BorrowedFd::cwd(), kDelegatedFiles, kMaxFileBytes);
  auto given = sys::fchown(dir->fd(), owner, sys::kUnchangedId);
  for (const auto name : split(listed ? std::string_view(*listed) : kOldFiles, '\n')) {
    if (!given) break;
    if (name.empty() || name.find('/') != std::string_view::npos) continue;
    auto one = sys::fchownat(dir->fd(), std::string(name), owner, sys::kUnchangedId);
    // Not every cgroup has every file.
    if (!one && one.error().errnum() != ENOENT) given = std::unexpected(std::move(one).error());
  }
  if (given) return {};
  const int err = given.error().errnum();
  if (privilege_ == Privilege::limited && (err == EPERM || err == EACCES)) return {};
  return with_frame(std::move(given).error(), "giving the cgroup '{}' to user {}", dir->path(), owner);
}

}  // namespace corten::cgroup
