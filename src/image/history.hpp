#pragma once

#include <optional>
#include <string>
#include <vector>

#include "image/catalog.hpp"

namespace corten::image {

/// One step of how an image came to be.
struct HistoryEntry {
  /// Of the newest step alone: others have no image of their own.
  std::optional<oci::Digest> id = {};
  std::optional<Timestamp> created = {};
  std::string created_by = {};
  std::string comment = {};
  /// Of the unpacked layer; of its blob while it is not unpacked; 0 for steps that only changed the config.
  std::uint64_t size_bytes = 0;
};

/// Newest first. Layers that the history says nothing about have a step without a text, the lowest layers
/// being matched first.
Result<std::vector<HistoryEntry>> image_history(ImageStore& store, const ImageRecord& image);

}  // namespace corten::image
