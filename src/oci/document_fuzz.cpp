#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "oci/document.hpp"
#include "oci/image_config.hpp"
#include "oci/image_layout.hpp"

namespace {

std::string text_of(const corten::oci::Document& document) {
  return corten::to_json_text(document.index() != nullptr ? to_json(*document.index())
                                                          : to_json(*document.manifest()));
}

}  // namespace

// What is written of a manifest, an index (of a registry or of a layout) or a config that was read is read
// back as the same value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = corten::oci::parse_document(text)) {
    const auto again = corten::oci::parse_document(text_of(*document));
    if (!again || again->content != document->content) std::abort();
  }
  if (const auto index = corten::oci::layout::parse_index(text)) {
    const auto again = corten::oci::layout::parse_index(corten::to_json_text(to_json(*index)));
    if (!again || *again != *index) std::abort();
  }
  if (const auto config = corten::oci::parse_image_config(text)) {
    const auto again = corten::oci::parse_image_config(corten::to_json_text(to_json(*config)));
    if (!again || *again != *config) std::abort();
  }
  return 0;
}
