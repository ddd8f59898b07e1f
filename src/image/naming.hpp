#pragma once

#include <optional>

#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/reference.hpp"

namespace corten::image {

/// Gives `reference` (with a tag, a digest or both) to an image. An image that loses its last name by this
/// stays as an unnamed entry, "<none>", until it is pruned. What the name stood for before.
Result<std::optional<oci::Descriptor>> set_name(ImageStore& store, const oci::Reference& reference,
                                                const oci::Descriptor& target);

}  // namespace corten::image
