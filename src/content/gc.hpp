#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "content/store.hpp"
#include "oci/descriptor.hpp"

namespace corten::content {

struct GcOptions {
  /// How long the blobs of a process that died are kept for its next try.
  std::chrono::seconds keep_dead_leases{3600};
  /// How long an ingest nobody writes is kept.
  std::chrono::seconds keep_ingests{24 * 3600};
  /// Only say what would go.
  bool dry_run = false;
};

struct GcResult {
  std::vector<BlobInfo> removed;  ///< With dry_run: what would have been.
  std::uint64_t removed_bytes = 0;
  std::size_t removed_ingests = 0;
};

/// Removes what neither `roots` nor a lease reaches: mark and sweep. Manifests and indexes are followed to
/// their configs, layers and manifests; an index may name manifests of platforms that were never pulled.
/// A damaged manifest stops it with data_loss before anything is removed: what it would have named is
/// unknown.
///
/// `find_roots` is called under the gc lock, so that a name given just before is seen.
template <typename FindRoots>
Result<GcResult> collect_garbage(const Store& store, const FindRoots& find_roots, const GcOptions& options);

namespace detail {
Result<sys::FileLock> lock_for_gc(const Store& store);
Result<GcResult> collect_garbage_locked(const Store& store, std::span<const oci::Descriptor> roots,
                                        const GcOptions& options);
}  // namespace detail

template <typename FindRoots>
Result<GcResult> collect_garbage(const Store& store, const FindRoots& find_roots, const GcOptions& options) {
  const auto lock = TRY(detail::lock_for_gc(store));
  const std::vector<oci::Descriptor> roots = TRY(find_roots());
  return detail::collect_garbage_locked(store, roots, options);
}

}  // namespace corten::content
