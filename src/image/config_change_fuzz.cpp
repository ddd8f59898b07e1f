#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "image/config_change.hpp"

// Any number of lines, each an instruction on what the ones before made. A refused one changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  corten::oci::ContainerConfig config;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const auto before = config;
    if (!corten::image::apply_config_change(line, config) && config != before) std::abort();
  }
  return 0;
}
