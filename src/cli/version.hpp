#pragma once

#include <string>
#include <string_view>

namespace corten::cli {

/// What this binary was made from. Written by version.cmake into one generated source, so that a new commit
/// recompiles that file and nothing else.
struct BuildInfo {
  std::string_view version;  ///< "0.1.0"
  std::string_view commit;   ///< Short git hash, "-dirty" behind it for changed sources; or "unknown".
  std::string_view date;     ///< Day of the commit, "2026-01-31", for manual pages; or empty.
};
const BuildInfo& build_info();

/// What the binary was made for, in the words of the OCI platform: "amd64".
std::string_view build_architecture();

/// "corten version 0.1.0, build 52ce0c1\n": Docker's form.
std::string version_line();

}  // namespace corten::cli
