#include "oci/index.hpp"

#include "oci/document_fields.hpp"

namespace corten::oci {

// Go writes null for an index without manifests.
void fields(auto& visit, Is<Index> auto& index) {
  common_fields(visit, index);
  visit("manifests", index.manifests, Presence::always);
}

Result<> read_json(const JsonView& view, Index& out, std::size_t max_descriptors) {
  return read_document(view, "manifests", max_descriptors, out);
}
Json to_json(const Index& index) { return write_fields(index); }

}  // namespace corten::oci
