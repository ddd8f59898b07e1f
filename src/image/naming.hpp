#pragma once

#include <optional>
#include <string>

#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/reference.hpp"

namespace corten::image {

/// Gives `reference` (with a tag, a digest or both) to an image. An image that loses its last name by this
/// stays as an unnamed entry, "<none>", until it is pruned. What the name stood for before.
Result<std::optional<oci::Descriptor>> set_name(ImageStore& store, const oci::Reference& reference,
                                                const oci::Descriptor& target);

/// That some entry, with or without a name, is for that digest.
content::Names::Condition has_entry(const oci::Digest& digest);
/// That the name, in its canonical form, stands for that digest.
content::Names::Condition stands_for(std::string name, const oci::Digest& digest);

/// As set_name(), if the condition is true of the names then (Names::set_if): for an image that nothing but a
/// name kept alive since it was looked up. False, and nothing is written, if it is not.
Result<bool> set_name_if(ImageStore& store, const oci::Reference& reference, const oci::Descriptor& target,
                         const content::Names::Condition& condition);

}  // namespace corten::image
