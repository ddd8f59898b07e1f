#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Which cgroup file systems this process sees, and where in them it is (cgroups(7)).
namespace corten::cgroup {

enum class Layout : std::uint8_t {
  none,
  v1,
  hybrid,  ///< v1 controllers, and a v2 hierarchy beside them that has the rest or nothing.
  v2,      ///< v2 alone has controllers; a named v1 hierarchy without any may be there.
};

std::string_view to_string(Layout layout);

/// One mounted hierarchy.
struct Hierarchy {
  bool unified = false;                    ///< The v2 hierarchy.
  std::vector<std::string> controllers{};  ///< v1: {"cpu", "cpuacct"} or {"name=systemd"}; empty for v2.
  std::string mount_point{};               ///< Seen from this process's root.
  /// Where this process is, below mount_point: "/" or "/a/b". "/" too when the mount does not show the place,
  /// as happens after unshare(CLONE_NEWCGROUP) without a new mount.
  std::string own_path{};

  /// "cpu,cpuacct", "name=systemd", "" for v2: as in /proc/PID/cgroup.
  std::string name() const;
  bool has(std::string_view controller) const;
};

/// What such hierarchies amount to. Pure.
Layout layout_of(const std::vector<Hierarchy>& hierarchies);

struct Host {
  Layout layout = Layout::none;
  std::vector<Hierarchy> hierarchies{};  ///< v1 in the order of the kernel, v2 last.

  const Hierarchy* find_unified() const;
};

/// From the texts of /proc/self/mountinfo and /proc/self/cgroup. Also right in containers, where a bind mount
/// shows a part of a hierarchy, and in cgroup namespaces. A hierarchy that is not mounted is left out.
Result<Host> parse_host(std::string_view mountinfo, std::string_view own_cgroups);

/// The host of this process.
Result<Host> detect_host();

/// One line of /proc/PID/cgroup: the name of the hierarchy and the path in it.
struct Membership {
  std::string hierarchy;
  std::string path;
};
Result<std::vector<Membership>> parse_memberships(std::string_view text);

}  // namespace corten::cgroup
