#include "image/archive/archive_names.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::image {

std::optional<oci::Reference> take_archive_name(std::string_view text, std::vector<std::string>& problems) {
  auto name = oci::Reference::parse(text);
  if (!name) {
    problems.push_back(
        fmt::format("the archive's name '{}' is none: {}", printable(text), name.error().message()));
    return std::nullopt;
  }
  if (name->digest()) {
    problems.push_back(fmt::format("the archive's name '{}' has a digest and is not used", printable(text)));
    return std::nullopt;
  }
  return std::move(*name);
}

}  // namespace corten::image
