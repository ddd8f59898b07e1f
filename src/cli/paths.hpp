#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cli/parser.hpp"

namespace corten::cli {

/// The two directories every command works on, absolute.
struct StorePaths {
  std::string root;      ///< Images, layers, containers, volumes: survives a reboot.
  std::string run_root;  ///< Sockets, process ids, mounts: gone after a reboot.
};

/// What `--root` and `--run-root` said.
struct PathOverrides {
  std::optional<std::string> root = {};
  std::optional<std::string> run_root = {};
};

/// Where the store of the user with effective id `uid` is unless told otherwise: /var/lib/corten and
/// /run/corten for root, below $XDG_DATA_HOME (~/.local/share) and $XDG_RUNTIME_DIR for others. Variables
/// with a relative path are ignored (XDG Base Directory Specification 0.8). Fails with failed_precondition
/// and a hint when the environment does not say.
Result<StorePaths> default_paths(unsigned uid, const FindEnv& find_env);

/// Either of the two alone, for a command that can do without the other.
Result<std::string> choose_root(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env);
Result<std::string> choose_run_root(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env);

/// As default_paths, but what the user named needs no default. Relative overrides are taken from the current
/// directory.
Result<StorePaths> choose_paths(const PathOverrides& overrides, unsigned uid, const FindEnv& find_env);

}  // namespace corten::cli
