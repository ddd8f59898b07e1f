#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "image/bootstrap/apt_sources.hpp"
#include "image/bootstrap/release_file.hpp"

// Whatever is read has URIs and suites; what is chosen from it has an URI.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)corten::image::parse_release_date(text);
  for (const auto& sources : {corten::image::parse_sources_list(text, "x.list"),
                              corten::image::parse_deb822_sources(text, "x.sources")}) {
    if (!sources) continue;
    for (const auto& source : *sources) {
      if (source.uris.empty() || source.suites.empty()) std::abort();
    }
    const auto lines = corten::image::choose_source_lines(*sources, "bookworm");
    if (lines && corten::image::uri_of_line(lines->front()).empty()) std::abort();
  }
  return 0;
}
