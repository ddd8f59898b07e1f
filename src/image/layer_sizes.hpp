#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "image/image_store.hpp"
#include "oci/manifest.hpp"

namespace corten::image {

/// What each layer takes unpacked, by chain id. Empty where the snapshots cannot be opened, as in a store
/// that this user may only read.
std::map<oci::Digest, std::uint64_t> unpacked_sizes(ImageStore& store);

/// The size of each layer, the lowest first: unpacked if it is, else that of its blob.
std::vector<std::uint64_t> layer_sizes(const oci::Manifest& manifest,
                                       const std::vector<oci::Digest>& chain_ids,
                                       const std::map<oci::Digest, std::uint64_t>& unpacked);

}  // namespace corten::image
