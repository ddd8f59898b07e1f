#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace corten::oci {

/// The media types of image-spec 1.1 media-types.md, and Docker's of image manifest version 2, schema 2.
namespace media_type {
inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
/// Non-distributable layers: deprecated by 1.1, still to be read.
inline constexpr std::string_view kOciForeignLayer =
    "application/vnd.oci.image.layer.nondistributable.v1.tar";
inline constexpr std::string_view kOciForeignLayerGzip =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
inline constexpr std::string_view kOciForeignLayerZstd =
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd";
inline constexpr std::string_view kOciLayout = "application/vnd.oci.layout.header.v1+json";
inline constexpr std::string_view kOciDescriptor = "application/vnd.oci.descriptor.v1+json";
/// The config of an artifact that has none: the two bytes "{}".
inline constexpr std::string_view kOciEmpty = "application/vnd.oci.empty.v1+json";
/// Withdrawn before image-spec 1.1 was final; named only to be refused.
inline constexpr std::string_view kOciArtifactManifest = "application/vnd.oci.artifact.manifest.v1+json";

inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
inline constexpr std::string_view kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";
inline constexpr std::string_view kDockerForeignLayer =
    "application/vnd.docker.image.rootfs.foreign.diff.tar";
inline constexpr std::string_view kDockerForeignLayerGzip =
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
/// Schema 1, plain and signed: named only to be refused.
inline constexpr std::string_view kDockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
inline constexpr std::string_view kDockerSchema1Signed =
    "application/vnd.docker.distribution.manifest.v1+prettyjws";
}  // namespace media_type

enum class BlobKind : std::uint8_t { unknown, manifest, index, config, layer };
enum class Compression : std::uint8_t { none, gzip, zstd };
/// Whether a registry may hold the layer, or only name where it is.
enum class Distribution : std::uint8_t { free, foreign };

/// What a blob is, going by its media type alone.
struct BlobClass {
  BlobKind kind = BlobKind::unknown;
  Compression compression = Compression::none;     ///< Meaningful for layers.
  Distribution distribution = Distribution::free;  ///< Meaningful for layers.

  bool operator==(const BlobClass&) const = default;
};

/// Parameters ("; charset=utf-8") and case do not matter.
BlobClass classify_media_type(std::string_view media_type);

/// Without parameters, lower-case: the form to compare.
std::string normalize_media_type(std::string_view media_type);

/// True for "type/subtype" with optional parameters in printable ASCII, at most 255 bytes (RFC 6838 4.2
/// allows 127 for each name): such a text can stand in an HTTP header.
bool is_media_type(std::string_view text);

/// True for the types of Docker's schema 2, which images keep through a pull and a push.
bool is_docker_media_type(std::string_view media_type);

}  // namespace corten::oci
