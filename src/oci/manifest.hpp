#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/descriptor.hpp"

namespace corten::oci {

/// The `schemaVersion` of every OCI and Docker schema 2 document.
inline constexpr std::int64_t kSchemaVersion = 2;

/// More layers or manifests than this are refused: the kernel mounts far fewer, model artifacts use hundreds.
inline constexpr std::size_t kMaxDescriptors = 10'000;

/// One image, or an artifact that looks like one: image-spec manifest.md. To be parsed from bytes by
/// parse_document() (oci/document.hpp), which also refuses documents that could be something else.
struct Manifest {
  std::int64_t schema_version = kSchemaVersion;
  std::string media_type{};  ///< Empty if the document does not say: OCI allows that.
  std::string artifact_type{};
  Descriptor config{};
  std::vector<Descriptor> layers{};  ///< The lowest first.
  std::optional<Descriptor> subject{};
  std::map<std::string, std::string> annotations{};
  JsonValue extra{};

  bool operator==(const Manifest&) const = default;
};

Result<> read_json(const JsonView& view, Manifest& out, std::size_t max_descriptors = kMaxDescriptors);
Json to_json(const Manifest& manifest);

}  // namespace corten::oci
