#pragma once

// Internal to src/oci: what manifests and indexes have in common.

#include "oci/json_fields.hpp"
#include "oci/manifest.hpp"

namespace corten::oci {

/// `list` is the member that is capped at `most` entries, before any of them is read.
template <typename T>
Result<> read_document(const JsonView& view, std::string_view list, std::size_t most, T& out) {
  TRY(check_count(view, list, most));
  TRY(read_fields(view, out));
  if (out.schema_version == kSchemaVersion) return {};
  return view.fail_at("schemaVersion", fmt::format("expected 2, found {}", out.schema_version));
}

// In the order of the specification.
void common_fields(auto& visit, auto& document) {
  visit("schemaVersion", document.schema_version, Presence::required);
  visit("mediaType", document.media_type);
  visit("artifactType", document.artifact_type);
  visit("subject", document.subject);
  visit("annotations", document.annotations);
}

}  // namespace corten::oci
