#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "image/archive/docker_manifest.hpp"

// What was read is written and read back; a normalised name stays as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto images = corten::image::parse_docker_manifest(text)) {
    const auto again = corten::image::parse_docker_manifest(corten::image::format_docker_manifest(*images));
    if (!again || *again != *images) std::abort();
  }
  if (const auto name = corten::image::normalize_member_name(text)) {
    if (corten::image::normalize_member_name(*name) != name) std::abort();
  }
  const auto half = size / 2;
  if (const auto link = corten::image::resolve_member_link(text.substr(0, half), text.substr(half))) {
    if (corten::image::normalize_member_name(*link) != link) std::abort();
  }
  return 0;
}
