#pragma once

#include <optional>
#include <stop_token>

#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"
#include "registry/client.hpp"
#include "registry/repository.hpp"
#include "term/progress.hpp"

namespace corten::image {

struct PullOptions {
  /// The image to take from an index: this machine's when absent. An image without an index that is for
  /// another platform is refused if one is given, and warned of if not.
  std::optional<oci::Platform> platform = {};
  /// Layers that are brought at once.
  unsigned max_parallel = 3;
  std::stop_token stop = {};
  term::Progress& progress;
};

struct PullResult {
  /// What the name stands for at the registry, and here from now on: a manifest or an index.
  oci::Descriptor target;
  /// The image itself.
  oci::Descriptor manifest;
  /// Its config: the image's id.
  oci::Digest id;
  /// All of it was here under this name already.
  bool up_to_date = false;
};

/// Brings the image that `reference` stands for into the store and unpacks it, and gives it two names: the
/// tag, and `repository@digest`. With both a tag and a digest the tag is only for the reader, as in Docker.
///
/// A tag that is known asks the registry only what it stands for (one HEAD); what of it is here is not asked
/// for again, and a digest of which all is here asks nothing at all. A layer that is unpacked counts as here
/// even without its blob: `prune --blobs` drops those, and push fetches what it needs.
///
/// Everything is leased before it is looked for, names come last: beside gc, `rmi` and other pulls, and after
/// kill -9 at any point, the store is sound, and the next pull goes on where this one was. Errors, besides
/// those of the registry: unsupported (an artifact, another operating system, unknown media types), not_found
/// (no such platform), data_loss (bytes that do not match a digest), unavailable (not enough disk space; both
/// numbers are told), canceled.
Result<PullResult> pull(ImageStore& store, const registry::Client& client, const oci::Reference& reference,
                        const PullOptions& options);

/// As above from a repository that is open: `reference` must be one of it.
Result<PullResult> pull_from(ImageStore& store, registry::Repository& repository,
                             const oci::Reference& reference, const PullOptions& options);

}  // namespace corten::image
