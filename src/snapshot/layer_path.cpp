#include "snapshot/layer_path.hpp"

#include "base/strings.hpp"

namespace corten::snapshot {

namespace {

constexpr std::size_t kNameMax = 255;  // linux/limits.h
constexpr std::size_t kShownBytes = 200;

std::string shown(std::string_view name) {
  return name.size() <= kShownBytes ? std::string(name) : std::string(name.substr(0, kShownBytes)) + "...";
}

}  // namespace

Result<LayerPath> parse_layer_path(std::string_view name) {
  std::vector<std::string_view> kept;
  for (const auto component : split(name, '/')) {
    if (component.empty() || component == ".") continue;
    if (component.size() > kNameMax) {
      return fail(Errc::invalid_argument, "'{}' has a component of {} bytes, the limit is {}", shown(name),
                  component.size(), kNameMax);
    }
    if (component != "..") {
      kept.push_back(component);
    } else if (kept.empty()) {
      return fail(Errc::invalid_argument, "'{}' climbs out of the layer", shown(name));
    } else {
      kept.pop_back();
    }
  }
  LayerPath path;
  if (kept.empty()) return path;
  path.name = kept.back();
  kept.pop_back();
  for (const auto component : kept) {
    if (!path.parent.empty()) path.parent += '/';
    path.parent += component;
  }
  if (path.parent.size() + 1 + path.name.size() > kMaxPathBytes) {
    return fail(Errc::invalid_argument, "'{}' is longer than the {} bytes of a path", shown(name),
                kMaxPathBytes);
  }
  return path;
}

std::string join_path(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (!path.empty() && !name.empty()) path += '/';
  path += name;
  return path;
}

std::vector<std::string_view> path_components(std::string_view path) {
  if (path.empty()) return {};
  return split(path, '/');
}

}  // namespace corten::snapshot
