#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <string>

#include "image/fetch_layer.hpp"
#include "image/image_store.hpp"
#include "term/progress.hpp"

namespace corten::image {

/// A layer of the image being pulled, in the order of the image.
struct LayerJob {
  MissingLayer layer;
  /// The snapshot is there: nothing to do.
  bool unpacked = false;
};

struct PullLayersOptions {
  unsigned max_parallel = 3;
  std::stop_token stop = {};
  term::Progress& progress;
};

/// Brings and unpacks the layers of one image on a few threads, in any order, and commits them in the order
/// of the chain as they become ready. The first error stops the others; their ingests stay for the next try,
/// and what was committed stays as well. All digests and chain ids must be leased.
Result<> pull_layers(ImageStore& store, registry::Repository& repository, std::span<const LayerJob> jobs,
                     const PullLayersOptions& options);

/// What a layer is called in progress: "3a1f00c2d4e5".
std::string layer_label(const oci::Digest& digest);

}  // namespace corten::image
