#pragma once

#include <cstdint>
#include <vector>

#include "image/catalog.hpp"

namespace corten::image {

struct ImageUsage {
  ImageRecord image;
  std::uint64_t shared_bytes = 0;  ///< Of layers that other images of this store have too.
  std::uint64_t unique_bytes = 0;
};

struct Share {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
};

/// What the store takes on disk. Content alone is counted, not what the file system adds.
struct DiskUsage {
  std::vector<ImageUsage> images = {};  ///< As list_images().
  Share layers = {};                    ///< Unpacked, each once.
  Share blobs = {};                     ///< As they came from registries, manifests and configs among them.
  Share ingests = {};                   ///< Unfinished downloads.
  Share leftovers = {};                 ///< Layers that dead processes were unpacking or removing.
  Share active = {};                    ///< Root filesystems of containers and builds, without their layers.

  std::uint64_t image_bytes() const { return layers.bytes + blobs.bytes; }
};

Result<DiskUsage> measure_disk_usage(ImageStore& store);

}  // namespace corten::image
