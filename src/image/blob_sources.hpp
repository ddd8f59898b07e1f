#pragma once

#include <span>
#include <string>
#include <vector>

#include "image/image_store.hpp"
#include "oci/digest.hpp"

namespace corten::image {

/// Which repositories ("docker.io/library/ubuntu") are known to have had a blob: it was pulled from there, or
/// pushed to it. A note that makes later pushes cheaper (mounts) and lets dropped blobs come back; a store
/// whose database cannot be written works without.
Result<> note_blob_sources(ImageStore& store, std::span<const oci::Digest> digests,
                           const std::string& repository);

/// Sorted.
Result<std::vector<std::string>> find_blob_sources(ImageStore& store, const oci::Digest& digest);

}  // namespace corten::image
