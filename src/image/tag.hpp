#pragma once

#include <string_view>

#include "image/image_store.hpp"

namespace corten::image {

/// Gives the image `source` (as for find_image) the further name `target`. A name that stands for images of
/// several platforms gives all of them. invalid_argument for a target with a digest.
Result<> tag_image(ImageStore& store, std::string_view source, std::string_view target);

}  // namespace corten::image
