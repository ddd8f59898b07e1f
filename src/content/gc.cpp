#include "content/gc.hpp"

#include <fcntl.h>

#include <memory>
#include <set>
#include <string>

#include "content/layout.hpp"
#include "content/once.hpp"
#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::content {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
// More than any digest has.
constexpr std::size_t kMaxLineBytes = 256;

using detail::DigestSet;

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

struct Pending {
  oci::Descriptor descriptor;
  bool is_root;
};

// The manifest or index behind a descriptor; nothing for one that is not in the store, and for one below a
// root that is something else than its descriptor says. The blob's digest is checked first, so such a blob
// never was a document of that type: whoever wrote the descriptor was wrong, or wants gc to fail.
Result<std::optional<oci::Document>> load_document(const Store& store, const Pending& item,
                                                   GcResult& result) {
  const auto& digest = item.descriptor.digest;
  const auto present = TRY(store.find(digest));
  if (!present) return std::nullopt;  // a platform that was never pulled
  const auto not_a_document = [&](Error error) -> Result<std::optional<oci::Document>> {
    if (item.is_root || error.kind() == Errc::data_loss) return std::unexpected(std::move(error));
    result.not_documents.push_back(digest);
    return std::nullopt;
  };
  if (present->size_bytes > oci::kMaxDocumentBytes) {
    return not_a_document(
        Error(Errc::invalid_argument, fmt::format("'{}' is too large for a manifest", digest.to_string())));
  }
  const auto bytes = TRY(store.read_blob(digest, oci::kMaxDocumentBytes));
  auto document = oci::parse_document(bytes, item.descriptor.media_type, digest.to_string());
  if (!document) return not_a_document(std::move(document).error());
  return std::move(*document);
}

// Marks everything below the roots, with a list of our own: depth is the sender's choice. A blob is followed
// once, but being live is not the same as having been followed: one image may call a layer what is another's
// manifest.
Result<> mark(const Store& store, std::span<const oci::Descriptor> roots, DigestSet& live, GcResult& result) {
  std::vector<Pending> pending;
  for (const auto& root : roots) pending.push_back({.descriptor = root, .is_root = true});
  DigestSet followed;
  while (!pending.empty()) {
    const auto item = std::move(pending.back());
    pending.pop_back();
    live.insert(item.descriptor.digest);
    if (!is_document(item.descriptor) || followed.contains(item.descriptor.digest)) continue;
    const auto document = TRY(load_document(store, item, result));
    if (!document) continue;
    followed.insert(item.descriptor.digest);
    for (auto& child : children(*document)) {
      pending.push_back({.descriptor = std::move(child), .is_root = false});
    }
  }
  return {};
}

// A piece at a time: a command may hold any number of blobs.
Result<> mark_lease(sys::BorrowedFd directory, const std::string& name, DigestSet& live) {
  const auto file = sys::openat(directory, name, O_RDONLY | O_NOFOLLOW);
  if (!file && file.error().kind() == Errc::not_found) return {};  // ended: what it held has a name by now
  if (!file) return std::unexpected(file.error().clone());
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kReadBytes);
  std::string line;
  while (true) {
    const auto size = TRY_CTX(sys::read_some(*file, {buffer.get(), kReadBytes}), "reading lease '{}'", name);
    if (size == 0) return {};
    for (const auto byte : std::span(buffer.get(), size)) {
      if (byte != '\n') {
        if (line.size() < kMaxLineBytes) line += static_cast<char>(byte);
        continue;
      }
      // A line cut short by a crash is no digest; its blob was not held yet.
      if (auto digest = oci::Digest::parse(line)) live.insert(*digest);
      line.clear();
    }
  }
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

Result<bool> is_being_written(const Store& store, const std::string& ref) {
  const auto directory = TRY(sys::openat(store.directory(), kIngestsDirectory, O_RDONLY | O_DIRECTORY));
  const auto lock = TRY(sys::FileLock::try_acquire(directory, ref, sys::LockMode::shared));
  return !lock;
}

Result<> sweep_ingests(const Store& store, const GcOptions& options, GcResult& result) {
  const auto ingests = TRY(store.list_ingests());
  for (const auto& ingest : ingests) {
    const bool once = is_once(ingest.ref);
    if (!once && age_seconds(ingest.last_written) < options.keep_ingests.count()) continue;
    if (options.dry_run && once) {
      const bool written = TRY(is_being_written(store, ingest.ref));
      if (written) continue;
    }
    if (!options.dry_run) {
      auto aborted = store.abort_ingest(ingest.ref);
      if (!aborted && aborted.error().kind() == Errc::unavailable) continue;  // somebody goes on with it
      if (!aborted) return aborted;
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

// Leases of living processes, and of dead ones for a while if somebody may go on for them.
Result<DigestSet> detail::find_leased(const Store& store, const GcOptions& options) {
  DigestSet leased;
  const auto directory = TRY(sys::openat(store.directory(), kLeasesDirectory, O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  for (const auto& entry : entries) {
    const auto status = TRY(sys::find_status(directory, entry.name));
    if (!status) continue;  // ended meanwhile
    const auto lock = TRY(sys::FileLock::try_acquire(directory, entry.name, sys::LockMode::exclusive));
    const bool dead = lock.has_value();
    const bool old = age_seconds(status->modified) >= options.keep_dead_leases.count();
    if (dead && (old || is_once(entry.name))) {
      if (!options.dry_run) TRY(sys::unlinkat(directory, entry.name));
      continue;
    }
    TRY(mark_lease(directory, entry.name, leased));
  }
  return leased;
}

Result<GcResult> detail::collect_garbage_locked(const Store& store, std::span<const oci::Descriptor> roots,
                                                DigestSet live, const GcOptions& options) {
  GcResult result;
  TRY_CTX(mark(store, roots, live, result), "finding what is in use");
  TRY(sweep(store, live, options, result));
  TRY(sweep_ingests(store, options, result));
  return result;
}

Result<GcResult> detail::remove_blobs_locked(const Store& store, std::span<const oci::Digest> blobs,
                                             const DigestSet& leased, const GcOptions& options) {
  GcResult result;
  for (const auto& digest : DigestSet(blobs.begin(), blobs.end())) {
    const auto blob = TRY(store.find(digest));
    if (!blob || leased.contains(digest)) continue;
    if (!options.dry_run) TRY(store.remove(digest));
    result.removed_bytes += blob->size_bytes;
    result.removed.push_back(*blob);
  }
  return result;
}

}  // namespace corten::content
