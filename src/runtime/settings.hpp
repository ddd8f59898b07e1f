#pragma once

#include <string>

namespace corten::runtime {

/// What the global flags decided, for every verb.
struct Settings {
  std::string root;                 ///< Where containers are recorded: --root. Absolute.
  bool systemd_cgroup = false;      ///< cgroups are systemd's to make: --systemd-cgroup.
  bool rootless = false;            ///< No privilege over the host: see is_rootless().
  std::string filter_cache{};       ///< Where compiled seccomp filters are kept; empty for nowhere.
  std::string program_directory{};  ///< Where the init helper is kept; empty for nowhere.
  std::string own_version{};        ///< "0.1.0", for `features`.
};

/// Whether this process lacks the host root's powers: an ordinary user, or root of a user namespace only.
bool is_rootless();

}  // namespace corten::runtime
