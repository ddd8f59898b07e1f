#pragma once

#include <optional>
#include <stop_token>

#include "image/compress_layer.hpp"
#include "image/fetch_dropped.hpp"
#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "registry/client.hpp"
#include "registry/repository.hpp"
#include "term/progress.hpp"

namespace corten::image {

struct PushOptions {
  /// Only this image of an index.
  std::optional<oci::Platform> platform = {};
  LayerCompression compression = LayerCompression::zstd;
  std::optional<int> compression_level = {};
  /// Blobs that are brought at once.
  unsigned max_parallel = 3;
  std::stop_token stop = {};
  term::Progress& progress;
};

struct PushResult {
  /// What the tag stands for at the registry now.
  oci::Descriptor target;
};

/// Brings the image of that name to its registry: blobs that it lacks (mounted from another repository of the
/// same registry where that works), then the manifest under the tag.
///
/// An image that came from a registry goes as it came, byte for byte. Layers that are stored as plain tars,
/// those of images made here, are compressed on the way, and the manifest says so: then the name stands for
/// that manifest from now on, here as there. What they became is remembered, so that the next push does not
/// compress again. A blob that `prune --blobs` dropped is fetched from where it came unless the registry has
/// it. Afterwards the image has the name `repository@digest` too, unless it was removed meanwhile; a tag that
/// was moved meanwhile stays with what it stands for now.
///
/// Errors, besides those of the registry: not_found (no such name), invalid_argument (a name with a digest),
/// failed_precondition (an index of which some images are missing).
Result<PushResult> push(ImageStore& store, const registry::Client& client, const oci::Reference& reference,
                        const PushOptions& options);

/// As above to a repository that is open: that of `reference`.
Result<PushResult> push_to(ImageStore& store, registry::Repository& repository, const OpenRepository& open,
                           const oci::Reference& reference, const PushOptions& options);

}  // namespace corten::image
