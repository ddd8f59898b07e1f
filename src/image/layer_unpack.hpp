#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/stream.hpp"
#include "oci/descriptor.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "snapshot/snapshotter.hpp"

namespace corten::image {

/// Unpacks the bytes of one layer blob: decompressed by what they are (gzip, zstd, plain), with the digest of
/// the uncompressed tar checked against `diff_id`: data_loss when it differs. Reads `compressed` to its end.
Result<std::unique_ptr<snapshot::LayerWriter>> unpack_layer(snapshot::Snapshotter& snapshots,
                                                            Source& compressed, const oci::Digest& diff_id);

/// What the kernel stacks at most (OVL_MAX_STACK in fs/overlayfs): an image with more could never run.
inline constexpr std::size_t kMaxLayers = 500;

/// The names of an image's snapshots, the lowest first. unsupported for more than kMaxLayers, before any of
/// them costs a download.
Result<std::vector<snapshot::LayerName>> layer_names(const oci::ImageConfig& config);

}  // namespace corten::image
