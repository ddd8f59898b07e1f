#include "content/lease.hpp"

#include <fcntl.h>

#include <cerrno>

#include "content/layout.hpp"
#include "content/once.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/random_name.hpp"

namespace corten::content {

Result<Lease> Lease::create(const Store& store, AfterDeath after_death) {
  auto directory = TRY(sys::openat(store.directory(), kLeasesDirectory, O_RDONLY | O_DIRECTORY));
  // Under the shared gc lock, so that gc cannot meet the file before it is locked and take it for dead.
  const auto gc_lock = TRY(sys::FileLock::acquire(store.directory(), kGcLockFile, sys::LockMode::shared));
  auto name = TRY(after_death == AfterDeath::forget ? once_name() : sys::random_name("lease-"));
  auto lock = sys::FileLock::acquire(directory, name, sys::LockMode::exclusive);
  if (!lock && lock.error().errnum() == EROFS) return Lease(store);
  if (!lock) return with_frame(std::move(lock).error(), "creating a lease");
  return Lease(store, std::move(directory), std::move(name), std::move(*lock));
}

Lease::~Lease() {
  // Moved from, there is no directory. A lease file that stays is dead and gc removes it.
  if (directory_) (void)sys::unlinkat(directory_, name_);
}

Result<std::optional<BlobInfo>> Lease::hold(const oci::Digest& digest) {
  // Written down before: no gc has begun since that would remove it.
  if (held_.contains(digest)) return store_->find(digest);
  const auto gc_lock = TRY(sys::FileLock::acquire(store_->directory(), kGcLockFile, sys::LockMode::shared));
  if (!lock_) return store_->find(digest);
  // The newline before it parts it from a line that a full disk cut short.
  TRY_CTX(sys::write_all(lock_->fd(), as_bytes("\n" + digest.to_string() + "\n")), "holding blob '{}'",
          digest.to_string());
  held_.insert(digest);
  return store_->find(digest);
}

}  // namespace corten::content
