#include "content/gc.hpp"

#include <fcntl.h>

#include <set>

#include "base/strings.hpp"
#include "content/layout.hpp"
#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::content {
namespace {

constexpr std::size_t kMaxLeaseBytes = std::size_t{16} * 1024 * 1024;

using DigestSet = std::set<oci::Digest>;

std::int64_t age_seconds(const Timestamp& time) { return now().seconds - time.seconds; }

// What a document names, to be marked next.
std::vector<oci::Descriptor> children(const oci::Document& document) {
  if (const auto* index = document.index()) return index->manifests;
  const auto& manifest = *document.manifest();
  std::vector<oci::Descriptor> all = manifest.layers;
  all.push_back(manifest.config);
  return all;
}

bool is_document(const oci::Descriptor& descriptor) {
  const auto kind = oci::classify_media_type(descriptor.media_type).kind;
  return kind == oci::BlobKind::manifest || kind == oci::BlobKind::index;
}

// Marks everything below the roots. Breadth first with a list of our own: depth is the sender's choice.
Result<> mark(const Store& store, std::vector<oci::Descriptor> pending, DigestSet& live) {
  while (!pending.empty()) {
    const auto descriptor = std::move(pending.back());
    pending.pop_back();
    if (!live.insert(descriptor.digest).second || !is_document(descriptor)) continue;
    const auto present = TRY(store.find(descriptor.digest));
    if (!present) continue;  // a platform that was never pulled
    const auto bytes = TRY(store.read_blob(descriptor.digest, oci::kMaxDocumentBytes));
    const auto document =
        TRY(oci::parse_document(bytes, descriptor.media_type, descriptor.digest.to_string()));
    for (auto& child : children(document)) pending.push_back(std::move(child));
  }
  return {};
}

Result<> mark_lease(sys::BorrowedFd directory, const std::string& name, DigestSet& live) {
  const auto text = TRY(sys::read_file(directory, name, kMaxLeaseBytes));
  for (const auto line : split(text, '\n')) {
    // A line cut short by a crash is no digest; its blob was not held yet.
    if (auto digest = oci::Digest::parse(line)) live.insert(std::move(*digest));
  }
  return {};
}

// Leases of living processes, and of dead ones for a while. A dead one that is old is removed.
Result<> mark_leases(const Store& store, const GcOptions& options, DigestSet& live) {
  const auto directory = TRY(sys::openat(store.directory(), kLeasesDirectory, O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  for (const auto& entry : entries) {
    const auto status = TRY(sys::find_status(directory, entry.name));
    if (!status) continue;  // ended meanwhile
    const auto lock = TRY(sys::FileLock::try_acquire(directory, entry.name, sys::LockMode::exclusive));
    const bool dead = lock.has_value();
    if (dead && age_seconds(status->modified) >= options.keep_dead_leases.count()) {
      if (!options.dry_run) TRY(sys::unlinkat(directory, entry.name));
      continue;
    }
    TRY(mark_lease(directory, entry.name, live));
  }
  return {};
}

Result<> sweep(const Store& store, const DigestSet& live, const GcOptions& options, GcResult& result) {
  const auto blobs = TRY(store.list());
  for (const auto& blob : blobs) {
    if (live.contains(blob.digest)) continue;
    if (!options.dry_run) TRY(store.remove(blob.digest));
    result.removed_bytes += blob.size_bytes;
    result.removed.push_back(blob);
  }
  return {};
}

Result<> sweep_ingests(const Store& store, const GcOptions& options, GcResult& result) {
  const auto ingests = TRY(store.list_ingests());
  for (const auto& ingest : ingests) {
    if (age_seconds(ingest.last_written) < options.keep_ingests.count()) continue;
    if (!options.dry_run) {
      const auto aborted = store.abort_ingest(ingest.ref);
      if (!aborted) continue;  // somebody goes on with it
    }
    result.removed_bytes += ingest.size_bytes;
    ++result.removed_ingests;
  }
  return {};
}

}  // namespace

Result<sys::FileLock> detail::lock_for_gc(const Store& store) {
  return sys::FileLock::acquire(store.directory(), kGcLockFile, sys::LockMode::exclusive);
}

Result<GcResult> detail::collect_garbage_locked(const Store& store, std::span<const oci::Descriptor> roots,
                                                const GcOptions& options) {
  DigestSet live;
  TRY_CTX(mark(store, {roots.begin(), roots.end()}, live), "finding what is in use");
  TRY_CTX(mark_leases(store, options, live), "finding what is in use");
  GcResult result;
  TRY(sweep(store, live, options, result));
  TRY(sweep_ingests(store, options, result));
  return result;
}

}  // namespace corten::content
