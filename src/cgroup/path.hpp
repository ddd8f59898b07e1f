#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cgroup/hierarchy.hpp"

/// What "linux.cgroupsPath" of a bundle stands for (runtime-spec config-linux.md, Cgroups Path).
namespace corten::cgroup {

/// A path in each hierarchy, without ".", ".." and empty components, without slashes at its ends.
struct CgroupPath {
  enum class From : std::uint8_t { root, caller };
  From from = From::root;
  std::string path{};

  bool operator==(const CgroupPath&) const = default;
};

/// Reads the path as runc does: absolute below the mount of each hierarchy, relative below the caller's
/// cgroup, empty the container's id below the caller's cgroup. ".." never leads out: it stops at the top.
/// invalid_argument for a path that leaves no name, or holds NUL or a newline.
Result<CgroupPath> parse_cgroups_path(std::string_view cgroups_path, std::string_view id);

/// The place below the mount point of a hierarchy, "a/b". On v2 a relative path begins at the *parent* of the
/// caller's cgroup: a cgroup with processes cannot give controllers to its children (cgroup-v2.rst, "No
/// Internal Process Constraint").
std::string place_in(const Hierarchy& hierarchy, const CgroupPath& path);

/// The scope or slice that systemd makes for a container.
struct SystemdUnit {
  std::string slice{};  ///< "system.slice", "machine-a.slice"; "-.slice" is the root.
  std::string name{};   ///< "corten-ID.scope", or "x.slice"

  bool is_slice() const { return name.ends_with(".slice"); }
  bool operator==(const SystemdUnit&) const = default;
};

enum class SystemdManager : std::uint8_t { system, user };

/// "slice:prefix:name", as with runc: an empty slice is system.slice (user.slice for a user's manager), a
/// name that ends in ".slice" is the unit itself. Empty text is ":corten:ID".
Result<SystemdUnit> parse_systemd_path(std::string_view cgroups_path, std::string_view id,
                                       SystemdManager manager);

/// Where systemd keeps a slice: "a-b.slice" is "a.slice/a-b.slice", "-.slice" is "" (systemd.slice(5)).
Result<std::string> expand_slice(std::string_view slice);

}  // namespace corten::cgroup
