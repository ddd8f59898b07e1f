#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "oci/document.hpp"
#include "oci/image_config.hpp"
#include "oci/image_layout.hpp"
#include "oci/index_scan.hpp"
#include "oci/media_type.hpp"

namespace {

std::string text_of(const corten::oci::Document& document) {
  return corten::to_json_text(document.index() != nullptr ? to_json(*document.index())
                                                          : to_json(*document.manifest()));
}

// What the scanner reads of an index is what the parser reads.
void compare_scan(std::string_view text) {
  const auto scanned = corten::oci::scan_index(text, {});
  if (!scanned) return;
  const auto parsed = corten::oci::parse_document(text, corten::oci::media_type::kOciIndex);
  if (!parsed || parsed->index() == nullptr || *parsed->index() != *scanned) std::abort();
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
  compare_scan(text);
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
