#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/descriptor.hpp"
#include "oci/manifest.hpp"

namespace corten::oci {

/// Images and artifacts by platform: image-spec image-index.md; Docker calls it a manifest list.
struct Index {
  std::int64_t schema_version = kSchemaVersion;
  std::string media_type{};  ///< Empty if the document does not say.
  std::string artifact_type{};
  std::vector<Descriptor> manifests{};
  std::optional<Descriptor> subject{};
  std::map<std::string, std::string> annotations{};
  JsonValue extra{};

  bool operator==(const Index&) const = default;
};

Result<> read_json(const JsonView& view, Index& out, std::size_t max_descriptors = kMaxDescriptors);
Json to_json(const Index& index);

}  // namespace corten::oci
