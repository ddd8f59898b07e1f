#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "registry/link.hpp"

// A Link header from a registry: any bytes give an address that stands in the text, none, or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::array headers = {text};
  const auto next = corten::registry::find_next_link(headers);
  if (next && *next) CORTEN_CHECK(text.contains("<" + **next + ">"), "the address stands in the header");
  return 0;
}
