#include "content/reserve.hpp"

#include <fcntl.h>

#include <cerrno>

#include "content/layout.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::content {
namespace {

constexpr std::uint64_t kReserveBytes = std::uint64_t{1024} * 1024;

}  // namespace

void keep_reserve(const Store& store) {
  const auto present = sys::find_status(store.directory(), kReserveFile);
  if (!present || *present) return;
  const auto file = sys::openat(store.directory(), kReserveFile, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file) return;
  const auto reserved = sys::fallocate(*file, 0, 0, kReserveBytes);
  if (!reserved) (void)sys::unlinkat(store.directory(), kReserveFile);
}

Result<> release_reserve(const Store& store) {
  auto removed = sys::unlinkat(store.directory(), kReserveFile);
  if (!removed && removed.error().kind() != Errc::not_found) return removed;
  return {};
}

bool says_no_room(const Error& error) { return error.errnum() == ENOSPC || error.errnum() == EDQUOT; }

}  // namespace corten::content
