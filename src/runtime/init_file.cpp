#include "runtime/init_file.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "base/log.hpp"
#include "runtime/init_program.hpp"
#include "sys/atomic_write.hpp"
#include "sys/detached_mount.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/memfd.hpp"
#include "sys/names.hpp"

namespace corten::runtime {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0500;

Result<sys::UniqueFd> open_directory(const std::string& path) {
  const std::filesystem::path above = std::filesystem::path(path).parent_path();
  TRY(sys::ensure_directory(sys::BorrowedFd::cwd(), above.string(), kDirectoryMode));
  TRY(sys::ensure_directory(sys::BorrowedFd::cwd(), path, kDirectoryMode));
  auto directory = TRY(sys::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const auto status = TRY(sys::fstat(directory));
  if (status.uid == ::geteuid() && (status.permissions & 077U) == 0) return directory;
  return fail(Errc::permission_denied, "others could change what is in '{}'", path);
}

// The name says which program it is; a file that a crash left short is not taken for it.
Result<bool> is_init_program(sys::BorrowedFd file) {
  const auto status = TRY(sys::fstat(file));
  return status.is_regular() && status.uid == ::geteuid() && status.permissions == kFileMode &&
         status.size_bytes == init_program().size();
}

Result<sys::UniqueFd> find_file(sys::BorrowedFd directory, const std::string& name) {
  auto file = TRY(sys::openat(directory, name, O_PATH | O_NOFOLLOW));
  const bool right = TRY(is_init_program(file));
  if (!right) return fail(Errc::not_found, "'{}' is something else", name);
  return file;
}

Result<sys::UniqueFd> find_or_write_file(sys::BorrowedFd directory) {
  const auto name = fmt::format("corten-init-{}", init_program_digest());
  auto found = find_file(directory, name);
  if (found || found.error().kind() != Errc::not_found) return found;
  TRY(sys::write_file_atomically(directory, name, init_program(), kFileMode, sys::Durability::none));
  return find_file(directory, name);
}

Result<sys::UniqueFd> open_behind_mount(const std::string& path) {
  const auto directory = TRY(open_directory(path));
  const auto file = TRY(find_or_write_file(directory));
  auto mount = TRY(sys::DetachedMount::clone(file, sys::Subtree::only_this));
  // /run is mounted noexec on many systems.
  TRY(mount.set_attributes(
      {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, .clear = MOUNT_ATTR_NOEXEC}));
  return sys::duplicate(mount.fd());
}

}  // namespace

Result<sys::UniqueFd> open_init_program(const std::string& directory) {
  if (!directory.empty()) {
    auto file = open_behind_mount(directory);
    if (file) return file;
    log::debug("the init helper is copied into memory: {}", file.error().message());
  }
  return sys::sealed_memfd_of("corten-init", init_program(), sys::MemfdUse::program);
}

}  // namespace corten::runtime
