#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "image/image_store.hpp"
#include "oci/descriptor.hpp"

namespace corten::image {

/// Removes the damaged snapshots with all that lies on them, and unpacks again, from the blobs that are here,
/// the layers of each image that had a layer unpacked. One line for each layer removed or unpacked; a layer
/// whose blob is missing, or on which a container lives, stays as it is. Images that others have removed are
/// passed over.
Result<std::vector<std::string>> unpack_again(ImageStore& store, std::span<const oci::Descriptor> images,
                                              const std::set<oci::Digest>& damaged);

}  // namespace corten::image
