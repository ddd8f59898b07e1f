#pragma once

#include <optional>
#include <string>
#include <vector>

#include "content/lease.hpp"
#include "image/compress_layer.hpp"
#include "image/image_store.hpp"
#include "oci/document.hpp"
#include "oci/platform.hpp"

namespace corten::image {

/// A manifest or index of the store, with its bytes.
struct StoredDocument {
  oci::Descriptor descriptor;
  oci::Received<oci::Document> document;
};

/// What a push brings to the registry: one manifest, or an index with all its manifests.
struct PushPlan {
  std::vector<StoredDocument> manifests;
  std::optional<StoredDocument> index;
  /// The one manifest was taken out of the index that the name stands for.
  bool is_part = false;
  /// What people should know of the choice; empty if there was none.
  std::string note;
};

/// Decides which documents of `target` are pushed, and leases them with their configs and layers. From an
/// index: the image of `platform`, or else everything, when all of it is here; else the only image that is
/// here, as Docker does; with several, but not all, failed_precondition. An entry that still stands for
/// `target` afterwards has kept all this from gc until it was leased.
Result<PushPlan> plan_push(ImageStore& store, content::Lease& lease, const oci::Descriptor& target,
                           const std::optional<oci::Platform>& platform);

/// The manifest with compressed layers in place of plain ones. zstd turns Docker's media types into OCI's,
/// for Docker's have none that others read.
oci::Manifest with_compressed_layers(oci::Manifest manifest,
                                     const std::vector<std::optional<BlobName>>& blobs,
                                     LayerCompression compression);

}  // namespace corten::image
