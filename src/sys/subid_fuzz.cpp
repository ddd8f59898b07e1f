#include <cstdint>
#include <cstdlib>

#include "sys/id_map.hpp"
#include "sys/subid.hpp"

// What is accepted is a range of ids; an id map that is accepted is read back as it was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto ranges = corten::sys::parse_subids(text, "/etc/subuid", "me", 1000)) {
    for (const auto& range : *ranges) {
      if (range.count == 0 || std::uint64_t{range.start} + range.count > 0xffffffffU) std::abort();
    }
  }
  if (const auto map = corten::sys::parse_id_map(text)) {
    const auto again = corten::sys::parse_id_map(corten::sys::format_id_map(*map));
    if (!again || *again != *map) std::abort();
  }
  return 0;
}
