#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::image {

/// One image of a docker-archive: an element of its manifest.json (moby, image/spec/v1.2: "Combined Image
/// JSON
/// + Filesystem Changeset Format"). The names are of members of the archive and come from outside.
struct DockerArchiveImage {
  std::string config;
  std::vector<std::string> repo_tags{};
  std::vector<std::string> layers{};  ///< The lowest first.

  bool operator==(const DockerArchiveImage&) const = default;
};

inline constexpr std::string_view kDockerManifestFile = "manifest.json";
/// An archive of a thousand images of a hundred layers has some 10 MB.
inline constexpr std::size_t kMaxDockerManifestBytes = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kMaxDockerImages = 10'000;

/// Errors name the member: "manifest.json[0].Layers: ...".
Result<std::vector<DockerArchiveImage>> parse_docker_manifest(std::string_view text);

/// As Docker writes it: images without names have the value null there.
std::string format_docker_manifest(const std::vector<DockerArchiveImage>& images);

/// The key of an archive's member: without "./" before it and '/' behind it, "." parts and doubled slashes.
/// Nothing for a name that could mean something outside the archive: absolute, with "..", or empty.
std::optional<std::string> normalize_member_name(std::string_view name);

/// The member that a symlink `target` in the member `link` means; nothing if it leads out of the archive.
std::optional<std::string> resolve_member_link(std::string_view link, std::string_view target);

}  // namespace corten::image
