#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "content/lease.hpp"
#include "content/store.hpp"
#include "image/image_store.hpp"
#include "oci/descriptor.hpp"

namespace corten::image {

/// What push makes of layers that are stored as plain tars: those of images made here. Layers that came from
/// a registry stay as they came.
enum class LayerCompression : std::uint8_t { zstd, gzip, keep };

Result<LayerCompression> parse_layer_compression(std::string_view text);
std::string_view to_string(LayerCompression compression);

struct CompressOptions {
  LayerCompression compression = LayerCompression::zstd;  ///< Never `keep`.
  /// Of the format: 2 for zstd and 3 for gzip when absent.
  std::optional<int> level = {};
  /// Threads that compress.
  unsigned workers = 1;
};

/// invalid_argument for a level that the format does not have.
Result<> check_compress_options(const CompressOptions& options);

/// A blob by its digest and size.
struct BlobName {
  oci::Digest digest;
  std::uint64_t size_bytes = 0;

  bool operator==(const BlobName&) const = default;
};

/// Compresses the blob `tar` into another blob of the store; waits while another process does the same.
/// `on_bytes` is told how much of it was read. `stop` ends both with canceled.
Result<BlobName> compress_blob(const content::Store& content, const oci::Digest& tar,
                               const CompressOptions& options, const std::stop_token& stop,
                               const std::function<void(std::uint64_t)>& on_bytes);

/// What compressing `tar` gave the last time, wherever that blob is now.
Result<std::optional<BlobName>> find_compressed(ImageStore& store, const oci::Digest& tar,
                                                const CompressOptions& options);
Result<> note_compressed(ImageStore& store, const oci::Digest& tar, const CompressOptions& options,
                         const BlobName& compressed);

}  // namespace corten::image
