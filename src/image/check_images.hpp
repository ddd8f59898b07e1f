#pragma once

#include <map>
#include <set>

#include "image/check.hpp"

namespace corten::image {

/// What is in the store, for the part of the check that looks whether it fits together.
struct Inventory {
  std::map<oci::Digest, std::uint64_t> blobs;  ///< Sizes; the damaged ones too.
  std::set<oci::Digest> damaged_blobs;         ///< And those that cannot be read: they have been told.
  std::set<oci::Digest> layers;                ///< Chain ids.
};

/// Follows every name to manifests, configs and layers.
Result<> check_images(ImageStore& store, Inventory& inventory, CheckReport& report);

}  // namespace corten::image
