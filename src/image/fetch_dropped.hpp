#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "content/store.hpp"
#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/reference.hpp"
#include "registry/repository.hpp"

namespace corten::image {

/// Opens another repository, to fetch blobs from.
using OpenRepository = std::function<Result<std::unique_ptr<registry::Repository>>(const oci::Reference&)>;

struct FetchDroppedOptions {
  const OpenRepository& open;
  std::stop_token stop = {};
  /// Told which repository is tried.
  std::function<void(const oci::Reference&)> on_source = {};
};

/// Brings a blob back that `prune --blobs` dropped: from the first of `sources` (find_sources()) that gives
/// it. not_found without any; otherwise the error of the last. The caller holds the blob in a lease.
Result<> fetch_dropped(const content::Store& content, const oci::Descriptor& blob,
                       std::span<const std::string> sources, const FetchDroppedOptions& options);

/// Where a blob may be had, as find_blob_sources(), for those who can do without: nowhere if the database
/// cannot be read.
std::vector<std::string> find_sources(ImageStore& store, const oci::Digest& digest);

}  // namespace corten::image
