#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "content/ingest.hpp"
#include "oci/digest.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::content {

/// A blob in the store.
struct BlobInfo {
  oci::Digest digest;
  std::uint64_t size_bytes = 0;
  Timestamp published;
};

/// An unfinished blob: what an interrupted download or build left to go on from.
struct IngestInfo {
  std::string ref;
  std::uint64_t size_bytes = 0;
  Timestamp last_written;
};

/// Blobs by digest, in a directory that is a valid OCI image layout at all times (image-spec
/// image-layout.md), so that skopeo and umoci read it in place:
///
///   oci-layout, index.json     what other tools look at first; the names are in names.hpp
///   blobs/sha256/<hex>         mode 0444, never changed once there
///   ingests/<ref>              being written
///   leases/<id>, gc.lock       what keeps blobs alive: lease.hpp, gc.hpp
///
/// A blob enters by one way only: begin_ingest(), write, commit(). commit() compares the digest of what was
/// written with what was expected, flushes and renames, so a blob that can be seen is whole and true. Bytes
/// on disk can still rot: read_blob() checks them again, verify() too.
///
/// Many processes and threads use one store at once; a Store itself is used by one thread at a time.
/// Errors: not_found, data_loss (bytes that do not match their digest), and what the file system says.
class Store {
 public:
  /// Opens the store in directory `path`, which is made with all it needs if missing, mode 0700. data_loss
  /// for one that has blobs and no index.json: an empty one would make garbage of them.
  static Result<Store> open(sys::PathArg path);

  /// For repair: opens a store whose oci-layout and index.json may be damaged or missing, and makes neither.
  static Result<Store> open_damaged(sys::PathArg path);

  Result<std::optional<BlobInfo>> find(const oci::Digest& digest) const;
  Result<BlobInfo> require(const oci::Digest& digest) const;

  /// For streaming; the caller checks the digest if it matters.
  Result<sys::UniqueFd> open_blob(const oci::Digest& digest) const;

  /// A small blob, such as a manifest, with its digest checked. failed_precondition over `max_bytes`.
  Result<std::string> read_blob(const oci::Digest& digest, std::size_t max_bytes) const;

  /// Reads the whole blob and compares: data_loss when its bytes are not those of its digest.
  Result<> verify(const oci::Digest& digest) const;

  /// Every blob, in the order of algorithm and digest. Names that are no digests are passed over.
  Result<std::vector<BlobInfo>> list() const;

  /// Success when it is not there. Only gc should call it: nothing here asks who needs the blob.
  Result<> remove(const oci::Digest& digest) const;

  /// Begins or resumes the blob known as `ref` while it is unfinished: 1 to 128 of [a-zA-Z0-9._-], not
  /// starting with a dot. One writer at a time: waits for another one up to `timeout`, then unavailable.
  /// After waiting, look whether the blob is there by now.
  Result<Ingest> begin_ingest(std::string_view ref, const IngestOptions& options = {}) const;

  Result<std::vector<IngestInfo>> list_ingests() const;

  /// Drops an unfinished blob; unavailable while somebody writes it.
  Result<> abort_ingest(std::string_view ref) const;

  /// A small blob at once: the digest of `bytes`, which is in the store afterwards.
  Result<oci::Digest> put(std::string_view bytes) const;

  /// The store's directory.
  const sys::UniqueFd& directory() const { return directory_; }

 private:
  explicit Store(sys::UniqueFd directory) : directory_(std::move(directory)) {}

  sys::UniqueFd directory_;
};

/// The digest of a finished hash.
oci::Digest digest_of(std::string_view bytes);

}  // namespace corten::content
