#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "content/gc.hpp"
#include "image/catalog.hpp"
#include "image/removal_plan.hpp"

namespace corten::image {

/// What became of one image that was to be removed.
struct Removal {
  std::vector<std::string> untagged = {};        ///< "ubuntu:latest", "ubuntu@sha256:..."
  std::vector<oci::Digest> deleted_images = {};  ///< Ids that are no images any more.
  std::vector<oci::Digest> deleted_layers = {};  ///< Chain ids, the uppermost first.
};

struct Removals {
  std::vector<Removal> removed = {};
  std::uint64_t reclaimed_bytes = 0;
  /// Why others were not removed, or not all of what they took.
  std::vector<Error> errors = {};
};

/// Removes images by what the user calls them (as find_image, and names of images that cannot be read), one
/// after the other: an error with one does not keep the others. Blobs and layers that other images share
/// stay.
Result<Removals> remove_images(ImageStore& store, std::span<const std::string> texts, Force force);

/// Removes all images for which `wanted` is true, whatever names they have, and everything that nothing
/// needs.
Result<Removals> remove_images_if(ImageStore& store, const std::function<bool(const ImageRecord&)>& wanted,
                                  const content::GcOptions& options = {});

}  // namespace corten::image
