#include "oci/manifest.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {
namespace {

template <typename T>
Result<> read_document(const JsonView& view, std::string_view list, T& out) {
  TRY(check_count(view, list, kMaxDescriptors));
  TRY(read_fields(view, out));
  if (out.schema_version == kSchemaVersion) return {};
  return view.fail_at("schemaVersion", fmt::format("expected 2, found {}", out.schema_version));
}

// What both documents have, in the order of the specification.
void common_fields(auto& visit, auto& document) {
  visit("schemaVersion", document.schema_version, Presence::required);
  visit("mediaType", document.media_type);
  visit("artifactType", document.artifact_type);
  visit("subject", document.subject);
  visit("annotations", document.annotations);
}

}  // namespace

void fields(auto& visit, Is<Manifest> auto& manifest) {
  common_fields(visit, manifest);
  visit("config", manifest.config, Presence::required);
  visit("layers", manifest.layers, Presence::always);
}

void fields(auto& visit, Is<Index> auto& index) {
  common_fields(visit, index);
  visit("manifests", index.manifests, Presence::always);
}

Result<> read_json(const JsonView& view, Manifest& out) { return read_document(view, "layers", out); }

Result<> read_json(const JsonView& view, Index& out) { return read_document(view, "manifests", out); }

Json to_json(const Manifest& manifest) { return write_fields(manifest); }
Json to_json(const Index& index) { return write_fields(index); }

}  // namespace corten::oci
