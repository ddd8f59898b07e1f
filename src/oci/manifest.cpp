#include "oci/manifest.hpp"

#include "oci/document_fields.hpp"

namespace corten::oci {

// The specification requires "layers", but an artifact without any is often written with null or nothing.
void fields(auto& visit, Is<Manifest> auto& manifest) {
  common_fields(visit, manifest);
  visit("config", manifest.config, Presence::required);
  visit("layers", manifest.layers, Presence::always);
}

Result<> read_json(const JsonView& view, Manifest& out, std::size_t max_descriptors) {
  return read_document(view, "layers", max_descriptors, out);
}
Json to_json(const Manifest& manifest) { return write_fields(manifest); }

}  // namespace corten::oci
