#pragma once

#include <string_view>

/// Keys of annotations and labels.
namespace corten::oci::annotation {

// image-spec annotations.md, pre-defined keys.
inline constexpr std::string_view kCreated = "org.opencontainers.image.created";
inline constexpr std::string_view kAuthors = "org.opencontainers.image.authors";
inline constexpr std::string_view kUrl = "org.opencontainers.image.url";
inline constexpr std::string_view kDocumentation = "org.opencontainers.image.documentation";
inline constexpr std::string_view kSource = "org.opencontainers.image.source";
inline constexpr std::string_view kVersion = "org.opencontainers.image.version";
inline constexpr std::string_view kRevision = "org.opencontainers.image.revision";
inline constexpr std::string_view kVendor = "org.opencontainers.image.vendor";
inline constexpr std::string_view kLicenses = "org.opencontainers.image.licenses";
inline constexpr std::string_view kTitle = "org.opencontainers.image.title";
inline constexpr std::string_view kDescription = "org.opencontainers.image.description";
inline constexpr std::string_view kBaseDigest = "org.opencontainers.image.base.digest";
inline constexpr std::string_view kBaseName = "org.opencontainers.image.base.name";
/// In the index.json of a layout: the tag or name of an image. Its value is not checked by the specification
/// beyond its characters: other tools write whole references there.
inline constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";

// What other tools write and read.
/// BuildKit: this manifest describes another one ("attestation-manifest") of the same index.
inline constexpr std::string_view kDockerReferenceType = "vnd.docker.reference.type";
inline constexpr std::string_view kDockerReferenceDigest = "vnd.docker.reference.digest";
/// containerd's `ctr image export` and Docker's `save` put the whole reference here.
inline constexpr std::string_view kContainerdImageName = "io.containerd.image.name";

}  // namespace corten::oci::annotation
