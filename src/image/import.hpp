#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "base/timestamp.hpp"
#include "image/image_store.hpp"
#include "image/new_image.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

namespace corten::image {

struct ImportOptions {
  std::vector<std::string> changes = {};  ///< Instructions: config_change.hpp.
  std::string comment = {};               ///< In the history; "Imported from -" or the like.
  std::optional<oci::Platform> platform = {};
  std::optional<oci::Reference> name = {};
  Timestamp created = {};
};

/// Makes an image of one layer from a tar of a root filesystem, plain or compressed by gzip or zstd. The blob
/// is `tar` as it comes. Changes are checked before the tar is read.
Result<NewImage> import_image(ImageStore& store, Source& tar, const ImportOptions& options);

}  // namespace corten::image
