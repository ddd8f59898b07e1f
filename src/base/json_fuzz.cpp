#include <cstdint>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/json.hpp"

// What we write of what we read is read back as the same document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = corten::parse_json(text, "fuzz");
  if (!document) return 0;
  const auto again = corten::parse_json(corten::to_json_text(*document), "fuzz");
  if (!again || *again != *document) std::abort();
  return 0;
}
