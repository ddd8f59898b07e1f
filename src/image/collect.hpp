#pragma once

#include <cstdint>
#include <vector>

#include "content/gc.hpp"
#include "image/image_store.hpp"
#include "oci/digest.hpp"

namespace corten::image {

struct Collected {
  content::GcResult blobs;
  std::vector<oci::Digest> layers;  ///< Chain ids of the snapshots that went.
  std::uint64_t layer_bytes = 0;
  std::uint64_t leftover_bytes = 0;  ///< Of layers that dead processes were unpacking or removing.
};

/// Removes blobs and snapshots that no name, lease or active snapshot reaches: mark and sweep under the gc
/// lock, safe beside running pulls (content/gc.hpp), which lease the chain ids of their layers as they do
/// the digests of their blobs. Also removes what dead processes left among the snapshots.
Result<Collected> collect_garbage(ImageStore& store, const content::GcOptions& options);

}  // namespace corten::image
