#pragma once

#include <compare>
#include <string_view>

/// What can be said of an entry's name without a file system. Whoever unpacks does not rely on it but
/// resolves names by descriptor; it is for order, warnings and refusals with a reason.
namespace corten::codec {

/// The canonical order of entries: component by component, bytes as unsigned, so that a directory stands
/// directly before what is in it: "a", "a/b", "a-b". Empty and "." components, such as those of "./a/", do
/// not count: names of the same path are equivalent.
std::weak_ordering compare_tar_names(std::string_view a, std::string_view b);

/// For std::sort and std::map.
struct TarNameLess {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return compare_tar_names(a, b) < 0; }
};

struct TarNameTraits {
  bool absolute = false;            ///< Starts with '/'.
  bool has_dot_dot = false;         ///< A component is "..".
  bool has_long_component = false;  ///< Longer than NAME_MAX (255): no Linux file system takes it.
  bool has_control = false;         ///< A byte below 0x20 or 0x7F: harmless on disk, not on a terminal.
};
TarNameTraits inspect_tar_name(std::string_view name);

}  // namespace corten::codec
