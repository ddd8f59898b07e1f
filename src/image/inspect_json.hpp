#pragma once

#include "base/json.hpp"
#include "image/catalog.hpp"

namespace corten::image {

/// What `docker image inspect` prints of one image, with Docker's member names. Members that Docker leaves
/// out when they are empty are null or empty here, so that a template may name them.
Result<Json> inspect_image(ImageStore& store, const ImageRecord& image);

}  // namespace corten::image
