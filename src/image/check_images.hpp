#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include "image/check.hpp"

namespace corten::image {

/// What is in the store, for the part of the check that looks whether it fits together.
struct Inventory {
  std::map<oci::Digest, std::uint64_t> blobs;  ///< Sizes; the damaged ones too.
  std::set<oci::Digest> damaged_blobs;         ///< And those that cannot be read: they have been told.
  std::set<oci::Digest> layers;                ///< Chain ids.
};

/// All names, and entries without; none if they cannot be read, which is told.
Result<std::vector<content::NamedDescriptor>> list_entries(ImageStore& store, CheckReport& report);

/// Follows every entry to manifests, configs and layers. What is told as missing is missing in `inventory`:
/// that is to be made after the entries were listed, and to stay true, which gc must be held off for.
Result<> check_images(ImageStore& store, std::span<const content::NamedDescriptor> entries,
                      Inventory& inventory, CheckReport& report);

}  // namespace corten::image
