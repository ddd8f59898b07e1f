#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::snapshot {

/// Where an entry of a layer goes: "usr/bin/env" is the directory "usr/bin" and the name "env". Both without
/// "." and ".." and doubled slashes; both empty for the root itself.
struct LayerPath {
  std::string parent;
  std::string name;
};

/// What a name in a layer's tar says by its text: absolute names start at the layer's root, "a/../b" is "b".
/// invalid_argument, naming it, for a name that climbs above the root, has a component longer than 255 bytes
/// or is longer than PATH_MAX: no program could open such a file.
Result<LayerPath> parse_layer_path(std::string_view name);

/// "usr/bin" and "env" are "usr/bin/env"; an empty parent is the root.
std::string join_path(std::string_view parent, std::string_view name);

/// The components of a path that parse_layer_path() made.
std::vector<std::string_view> path_components(std::string_view path);

/// As many bytes as the kernel takes of a path (PATH_MAX, with the NUL).
inline constexpr std::size_t kMaxPathBytes = 4095;

}  // namespace corten::snapshot
