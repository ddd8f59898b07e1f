#include "codec/tar_name.hpp"

#include <algorithm>

namespace corten::codec {
namespace {

constexpr std::size_t kNameMax = 255;  // linux/limits.h

// Takes the next component off `name`, empty ones included.
std::string_view take_component(std::string_view& name) {
  const auto end = std::min(name.find('/'), name.size());
  const auto component = name.substr(0, end);
  name.remove_prefix(std::min(end + 1, name.size()));
  return component;
}

// The next component that counts, empty at the end.
std::string_view take_real_component(std::string_view& name) {
  while (!name.empty()) {
    const auto component = take_component(name);
    if (!component.empty() && component != ".") return component;
  }
  return {};
}

}  // namespace

std::weak_ordering compare_tar_names(std::string_view a, std::string_view b) {
  while (true) {
    const auto left = take_real_component(a);
    const auto right = take_real_component(b);
    // std::char_traits<char> compares as unsigned; a path that ends here comes first.
    if (const auto order = left <=> right; order != 0 || left.empty()) return order;
  }
}

TarNameTraits inspect_tar_name(std::string_view name) {
  TarNameTraits traits;
  traits.absolute = name.starts_with('/');
  traits.has_control = std::ranges::any_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
  while (!name.empty()) {
    const auto component = take_component(name);
    traits.has_dot_dot |= component == "..";
    traits.has_long_component |= component.size() > kNameMax;
  }
  return traits;
}

}  // namespace corten::codec
