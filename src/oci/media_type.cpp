#include "oci/media_type.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"

namespace corten::oci {
namespace {

namespace mt = media_type;

struct Row {
  std::string_view name;
  BlobClass blob_class;
};

constexpr BlobClass layer(Compression compression, Distribution distribution = Distribution::free) {
  return {BlobKind::layer, compression, distribution};
}

constexpr std::array kRows{
    Row{mt::kOciManifest, {.kind = BlobKind::manifest}},
    Row{mt::kDockerManifest, {.kind = BlobKind::manifest}},
    Row{mt::kOciIndex, {.kind = BlobKind::index}},
    Row{mt::kDockerIndex, {.kind = BlobKind::index}},
    Row{mt::kOciConfig, {.kind = BlobKind::config}},
    Row{mt::kDockerConfig, {.kind = BlobKind::config}},
    Row{mt::kOciLayer, layer(Compression::none)},
    Row{mt::kOciLayerGzip, layer(Compression::gzip)},
    Row{mt::kOciLayerZstd, layer(Compression::zstd)},
    Row{mt::kDockerLayer, layer(Compression::none)},
    Row{mt::kDockerLayerGzip, layer(Compression::gzip)},
    Row{mt::kDockerLayerZstd, layer(Compression::zstd)},
    Row{mt::kOciForeignLayer, layer(Compression::none, Distribution::foreign)},
    Row{mt::kOciForeignLayerGzip, layer(Compression::gzip, Distribution::foreign)},
    Row{mt::kOciForeignLayerZstd, layer(Compression::zstd, Distribution::foreign)},
    Row{mt::kDockerForeignLayer, layer(Compression::none, Distribution::foreign)},
    Row{mt::kDockerForeignLayerGzip, layer(Compression::gzip, Distribution::foreign)},
};

}  // namespace

std::string normalize_media_type(std::string_view media_type) {
  return to_lower(trim(media_type.substr(0, media_type.find(';'))));
}

BlobClass classify_media_type(std::string_view media_type) {
  const auto* row = std::ranges::find(kRows, normalize_media_type(media_type), &Row::name);
  return row == kRows.end() ? BlobClass{} : row->blob_class;
}

bool is_media_type(std::string_view text) {
  constexpr std::size_t kMaxBytes = 255;
  const auto essence = text.substr(0, text.find(';'));
  const auto slash = essence.find('/');
  return text.size() <= kMaxBytes &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; }) &&
         slash != std::string_view::npos && slash > 0 && slash + 1 < essence.size() && !essence.contains(' ');
}

bool is_docker_media_type(std::string_view media_type) {
  return normalize_media_type(media_type).starts_with("application/vnd.docker.");
}

}  // namespace corten::oci
