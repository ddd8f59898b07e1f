#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "content/lease.hpp"
#include "image/compress_layer.hpp"
#include "image/push.hpp"
#include "oci/descriptor.hpp"

namespace corten::image {

/// A blob that the registry is to have.
struct PushJob {
  oci::Descriptor blob;
  /// Repositories ("docker.io/library/ubuntu") that are known to have it.
  std::vector<std::string> sources = {};
  /// To be compressed first.
  bool compress = false;
  /// What compressing it gave the last time.
  std::optional<BlobName> compressed_before = {};
  bool show = true;  ///< A layer: has a line in the progress.
};

struct PushedBlob {
  /// The compressed form, if it was compressed.
  std::optional<BlobName> compressed;
};

struct PushBlobsInput {
  ImageStore& store;
  registry::Repository& repository;
  const OpenRepository& open;
  const oci::Reference& reference;
  content::Lease& lease;
  const PushOptions& options;
};

/// Compresses and brings blobs to the registry, several at once; in the order of the jobs.
Result<std::vector<PushedBlob>> push_blobs(const PushBlobsInput& input, const std::vector<PushJob>& jobs);

}  // namespace corten::image
