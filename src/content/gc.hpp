#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "content/store.hpp"
#include "oci/descriptor.hpp"
#include "sys/lock.hpp"

namespace corten::content {

struct GcOptions {
  /// How long the blobs of a process that died are kept for its next try (but see Lease::AfterDeath).
  std::chrono::seconds keep_dead_leases{3600};
  /// How long an ingest nobody writes is kept, unless its ref says that nobody will go on (once.hpp).
  std::chrono::seconds keep_ingests{24 * 3600};
  /// Only say what would go.
  bool dry_run = false;
};

struct GcResult {
  std::vector<BlobInfo> removed;  ///< With dry_run: what would have been.
  std::uint64_t removed_bytes = 0;
  std::size_t removed_ingests = 0;
  /// Blobs that an index calls a manifest and that are none: kept, and taken to name nothing.
  std::vector<oci::Digest> not_documents;
};

/// Removes what neither roots nor a lease reaches: mark and sweep. Manifests and indexes are followed to
/// their configs, layers and manifests; an index may name manifests of platforms that were never pulled. A
/// damaged blob, or a root that is no manifest, stops it before anything is removed: what it named is
/// unknown.
///
/// `find_roots` gives what the names stand for. It is called under the gc lock and after the leases were
/// read: a pull gives its image the name before it ends its lease, so that whatever is not leased any more is
/// named.
template <typename FindRoots>
Result<GcResult> collect_garbage(const Store& store, const FindRoots& find_roots, const GcOptions& options);

/// Removes blobs that can be had again, though something needs them: those of `find_blobs`, which is called
/// under the gc lock, but for what leases hold.
template <typename FindBlobs>
Result<GcResult> remove_blobs(const Store& store, const FindBlobs& find_blobs, const GcOptions& options = {});

namespace detail {
using DigestSet = std::set<oci::Digest>;

Result<sys::FileLock> lock_for_gc(const Store& store);
/// What leases hold. Removes those of dead processes that are old.
Result<DigestSet> find_leased(const Store& store, const GcOptions& options);
Result<GcResult> collect_garbage_locked(const Store& store, std::span<const oci::Descriptor> roots,
                                        DigestSet live, const GcOptions& options);
Result<GcResult> remove_blobs_locked(const Store& store, std::span<const oci::Digest> blobs,
                                     const DigestSet& leased, const GcOptions& options);
}  // namespace detail

template <typename FindRoots>
Result<GcResult> collect_garbage(const Store& store, const FindRoots& find_roots, const GcOptions& options) {
  const auto lock = TRY(detail::lock_for_gc(store));
  auto leased = TRY(detail::find_leased(store, options));
  const std::vector<oci::Descriptor> roots = TRY(find_roots());
  return detail::collect_garbage_locked(store, roots, std::move(leased), options);
}

template <typename FindBlobs>
Result<GcResult> remove_blobs(const Store& store, const FindBlobs& find_blobs, const GcOptions& options) {
  const auto lock = TRY(detail::lock_for_gc(store));
  const auto leased = TRY(detail::find_leased(store, options));
  const std::vector<oci::Digest> blobs = TRY(find_blobs());
  return detail::remove_blobs_locked(store, blobs, leased, options);
}

}  // namespace corten::content
