#pragma once

#include <cstdint>

#include "oci/descriptor.hpp"
#include "registry/repository.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// Sizes at which an upload changes its form; other values are for tests.
struct UploadTuning {
  /// Pieces up to this wait in memory, so that they can be sent again after a redirect.
  std::uint64_t in_memory_bytes = std::uint64_t{1} << 20U;
  /// A blob up to this goes as the body of the PUT that ends the upload.
  std::uint64_t single_put_bytes = std::uint64_t{8} << 20U;
  /// Pieces of a larger one, for registries that break on large bodies.
  std::uint64_t chunk_bytes = std::uint64_t{16} << 20U;
  /// Smaller ones are not tried: nginx takes 1 MiB unless told otherwise.
  std::uint64_t min_piece_bytes = std::uint64_t{64} << 10U;
  /// What a failed try must have brought to the registry to count as progress.
  std::uint64_t progress_bytes = std::uint64_t{1} << 20U;
};

/// Repository::push_blob() for one endpoint:
///
///   1. HEAD: already there.
///   2. POST ?mount=&from= for each candidate: mounted. The last that was declined is the upload of step 3.
///   3. POST: a new upload.
///   4. Up to 8 MiB: PUT with the blob. More: one PATCH with all of it, then PUT without a body. After a 413,
///      or when uploads broke twice, in pieces of 16 MiB, and smaller ones after further 413.
///   5. After an error the registry is asked what it has (GET, "Range") and gets the rest; where it has
///      forgotten the upload, all begins again at step 1.
///
/// Tries that brought nothing are counted and spaced by the context's RetryPolicy; a try that moved the
/// upload further than any before resets the count.
///
/// Errors as in Repository; data_loss, too, when the local bytes are not those of the digest (found out only
/// when the registry refuses them), failed_precondition when it takes no body as large as it must be.
Result<PushOutcome> push_blob(Session& session, const oci::Descriptor& descriptor, const BlobOpener& open,
                              const PushBlobOptions& options = {}, const UploadTuning& tuning = {});

}  // namespace corten::registry
