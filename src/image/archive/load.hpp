#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "image/archive/archive_source.hpp"
#include "image/image_store.hpp"
#include "image/new_image.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

namespace corten::image {

struct LoadOptions {
  /// Of an image that is there for several platforms, this one; this machine's when absent.
  std::optional<oci::Platform> platform = {};
  /// A layer is being unpacked.
  std::function<void(const oci::Descriptor& layer)> on_layer = {};
  std::stop_token stop = {};
};

struct LoadedImage {
  NewImage image;
  std::vector<oci::Reference> names{};  ///< Sorted.
};

struct Loaded {
  std::vector<LoadedImage> images;
  /// Names that are none, and what else was passed over.
  std::vector<std::string> problems;
};

/// Brings the images of an archive into the store: an OCI layout if it is one, else a docker-archive. What
/// both are (as Docker 25 and corten write it) is taken as the layout, whose manifests keep their digests.
/// Every layer is unpacked and compared with its diffID before an image gets its names, and all images get
/// theirs in one write.
///
/// invalid_argument for what is no archive of images, names members that it does not have or gives an image
/// more than kMaxNamesOfImage names, data_loss for
/// bytes that are not what they should be, not_found when no image is for the platform, `canceled` when asked
/// to stop: then nothing was named.
Result<Loaded> load_images(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                           const LoadOptions& options = {});

}  // namespace corten::image
