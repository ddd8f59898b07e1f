#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "content/store.hpp"
#include "sys/lock.hpp"

namespace corten::content {

/// Keeps blobs alive that no name reaches yet: a pull holds its layers until the image has its name.
///
/// A lease is a file of digests that its process holds locked. When the process ends, however it ends, the
/// lock is gone and gc takes the lease for dead; it still respects it for a while, so that the next try finds
/// what the last one brought (GcOptions::keep_dead_leases), unless there is none that goes on (AfterDeath).
///
/// The order that makes this safe beside gc: hold() writes the digest down under the shared gc lock, which gc
/// holds exclusively from its first look to its last removal. So a blob that hold() found is not removed
/// after, and one that is published after hold() is kept by the lease.
class Lease {
 public:
  /// What gc does with a lease whose process died: `keep` it for the next try, or `forget` it at once.
  enum class AfterDeath : std::uint8_t { keep, forget };

  /// On a file system mounted read-only, where gc cannot remove anything either, it holds nothing and serves
  /// readers.
  static Result<Lease> create(const Store& store, AfterDeath after_death = AfterDeath::keep);

  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) noexcept = delete;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  /// Ends the lease: whatever it held must have a name by now, or may go.
  ~Lease();

  /// From now on gc keeps the blob, whether it is there yet or comes later. The blob, if it is there now.
  /// Asking again for a blob that it holds costs nothing.
  Result<std::optional<BlobInfo>> hold(const oci::Digest& digest);

 private:
  explicit Lease(const Store& store) : store_(&store) {}
  Lease(const Store& store, sys::UniqueFd directory, std::string name, sys::FileLock lock)
      : store_(&store), directory_(std::move(directory)), name_(std::move(name)), lock_(std::move(lock)) {}

  const Store* store_;
  sys::UniqueFd directory_;
  std::string name_;
  std::optional<sys::FileLock> lock_;  // none on a read-only file system
  std::set<oci::Digest> held_;         // what has been written down
};

}  // namespace corten::content
