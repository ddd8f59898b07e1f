#pragma once

#include "image/filter.hpp"
#include "image/remove.hpp"

namespace corten::image {

enum class PruneScope : std::uint8_t {
  dangling,  ///< Images without a tag.
  all,       ///< Every image that no container uses.
};

struct PruneOptions {
  PruneScope scope = PruneScope::dangling;
  ImageFilter filter = {};
  content::GcOptions collect = {};
};

/// Removes the images of the scope that match, and the blobs and layers that nothing needs.
Result<Removals> prune_images(ImageStore& store, const PruneOptions& options);

/// Removes the compressed blobs of layers that are unpacked and that a registry can give back
/// (table blob_sources): pushing such an image elsewhere, or saving it, fetches them from there. If the
/// database is lost, pulling the image again says anew where they are.
Result<content::GcResult> drop_layer_blobs(ImageStore& store);

}  // namespace corten::image
