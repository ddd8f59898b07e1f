#include "image/archive/docker_manifest.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "image/archive/archive_names.hpp"
#include "oci/manifest.hpp"

namespace corten::image {
namespace {

Result<DockerArchiveImage> parse_image(const Json& value, std::string path) {
  const auto view = TRY(JsonView::of_object(value, std::move(path)));
  DockerArchiveImage image;
  image.config = TRY(view.require_string("Config"));
  image.repo_tags = TRY(view.find_strings("RepoTags"));
  if (image.repo_tags.size() > kMaxNamesOfImage) {
    return view.fail_at("RepoTags",
                        fmt::format("{} names are more than {}", image.repo_tags.size(), kMaxNamesOfImage));
  }
  image.layers = TRY(view.find_strings("Layers"));
  if (image.layers.size() > oci::kMaxDescriptors) {
    return view.fail_at("Layers",
                        fmt::format("{} layers are more than {}", image.layers.size(), oci::kMaxDescriptors));
  }
  return image;
}

// Appends the parts of `path` to those of a member's name; false when it climbs above the archive.
bool append_parts(std::vector<std::string_view>& parts, std::string_view path) {
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (parts.empty()) return false;
      parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  return true;
}

std::string join_parts(const std::vector<std::string_view>& parts) {
  return fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace

Result<std::vector<DockerArchiveImage>> parse_docker_manifest(std::string_view text) {
  const auto json = TRY(
      parse_json(text, kDockerManifestFile, {.max_bytes = kMaxDockerManifestBytes, .max_values = 2'000'000}));
  if (!json.is_array()) {
    return fail(Errc::invalid_argument, "{}: expected a list of images", kDockerManifestFile);
  }
  if (json.size() > kMaxDockerImages) {
    return fail(Errc::invalid_argument, "{}: {} images are more than {}", kDockerManifestFile, json.size(),
                kMaxDockerImages);
  }
  std::vector<DockerArchiveImage> images;
  for (const auto& value : json) {
    auto image = TRY(parse_image(value, fmt::format("{}[{}]", kDockerManifestFile, images.size())));
    images.push_back(std::move(image));
  }
  return images;
}

std::string format_docker_manifest(const std::vector<DockerArchiveImage>& images) {
  Json json = Json::array();
  for (const auto& image : images) {
    json.push_back({{"Config", image.config},
                    {"RepoTags", image.repo_tags.empty() ? Json(nullptr) : Json(image.repo_tags)},
                    {"Layers", image.layers}});
  }
  return to_json_text(json);
}

std::optional<std::string> normalize_member_name(std::string_view name) {
  if (name.starts_with('/')) return std::nullopt;
  std::vector<std::string_view> parts;
  for (const auto part : split(name, '/')) {
    if (part == "..") return std::nullopt;
  }
  if (!append_parts(parts, name) || parts.empty()) return std::nullopt;
  return join_parts(parts);
}

std::optional<std::string> resolve_member_link(std::string_view link, std::string_view target) {
  if (target.empty() || target.starts_with('/')) return std::nullopt;
  std::vector<std::string_view> parts;
  if (!append_parts(parts, link) || parts.empty()) return std::nullopt;
  parts.pop_back();
  if (!append_parts(parts, target) || parts.empty()) return std::nullopt;
  return join_parts(parts);
}

}  // namespace corten::image
