#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "content/names.hpp"
#include "image/catalog.hpp"

/// The steps of find_image(), for those who look up many images at once or one that cannot be read.
namespace corten::image {

/// The entry that a reference names. "name:tag@digest" is the digest's business alone, as for Docker.
const content::NamedDescriptor* find_entry(std::span<const content::NamedDescriptor> entries,
                                           const oci::Reference& reference);

/// The images whose id or manifest digest begins as `text` says: one id, which may have several manifests, or
/// none. invalid_argument when it is the beginning of several ids.
Result<std::vector<const ImageRecord*>> find_by_id(const Catalog& catalog, std::string_view text);

/// The error that says so, with a near name as its hint.
std::unexpected<Error> no_such_image(std::string_view text,
                                     std::span<const content::NamedDescriptor> entries);

}  // namespace corten::image
