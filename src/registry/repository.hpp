#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "oci/descriptor.hpp"
#include "oci/document.hpp"

namespace corten::registry {

/// A manifest or an index as it came, its bytes checked against the descriptor's digest.
struct FetchedDocument {
  oci::Descriptor descriptor;
  oci::Received<oci::Document> document;
};

/// Gives the bytes of a blob from `offset` on, as often as an upload has to begin again.
using BlobOpener = std::function<Result<std::unique_ptr<Source>>(std::uint64_t offset)>;

/// Bytes on the way, for progress: how many more have moved. From any thread; negative when an upload begins
/// again.
using OnBytes = std::function<void(std::int64_t)>;

enum class PushOutcome : std::uint8_t { uploaded, already_there, mounted };

struct PushBlobOptions {
  /// Repositories of the same registry that may hold the blob: tried as sources of a cross-repository mount.
  std::vector<std::string> mount_from = {};
  OnBytes on_bytes = {};
};

/// One repository of one registry: OCI distribution-spec 1.1 and Docker's v2 protocol. Reads go to the
/// configured mirrors first, writes to the registry itself. Thread-safe: several blobs move at once.
///
/// Errors: not_found, unauthenticated (login needed or refused), permission_denied, unavailable (the retries
/// are used up), data_loss (wrong digest or length, or an answer that is no registry's), canceled. Their
/// hints say what to do; no error shows a secret.
class Repository {
 public:
  virtual ~Repository() = default;

  /// What a tag (or digest) stands for now: one HEAD, or a GET where the registry answers HEAD badly.
  virtual Result<oci::Descriptor> resolve(std::string_view tag_or_digest) = 0;

  /// A manifest or index by tag or digest, at most oci::kMaxDocumentBytes. All four media types are accepted.
  virtual Result<FetchedDocument> fetch_document(std::string_view tag_or_digest) = 0;

  /// The bytes of a blob from `offset` on: as many as the descriptor says, or an error. A broken connection
  /// is taken up again by Range; a large blob comes over several connections. The digest is for the reader to
  /// check. Descriptors with `urls` (foreign layers) are fetched from those when the registry has no such
  /// blob, without credentials. `stop` ends this call and the reading, with its waits and retries (canceled),
  /// as the stop token of the client does.
  virtual Result<std::unique_ptr<Source>> fetch_blob(const oci::Descriptor& descriptor,
                                                     std::uint64_t offset = 0,
                                                     const std::stop_token& stop = {}) = 0;

  virtual Result<bool> has_blob(const oci::Digest& digest) = 0;

  /// Brings a blob to the registry unless it is there: HEAD, mount, upload (monolithic, or chunked where the
  /// registry asks for it), taken up again after errors from where the registry says.
  virtual Result<PushOutcome> push_blob(const oci::Descriptor& descriptor, const BlobOpener& open,
                                        const PushBlobOptions& options = {}) = 0;

  /// Puts a manifest or index under a tag or its own digest. With a `subject` in it, and a registry without
  /// the referrers API, its descriptor is added to the fallback tag (distribution-spec "Unavailable Referrers
  /// API").
  virtual Result<> push_document(std::string_view bytes, std::string_view media_type,
                                 std::string_view tag_or_digest) = 0;

  /// Artifacts attached to a manifest, by the referrers API or its tag schema; all types when empty.
  virtual Result<std::vector<oci::Descriptor>> list_referrers(const oci::Digest& subject,
                                                              std::string_view artifact_type = {}) = 0;

  /// All tags, page by page, as the registry orders them.
  virtual Result<std::vector<std::string>> list_tags() = 0;

  virtual Result<> delete_document(const oci::Digest& digest) = 0;
};

}  // namespace corten::registry
