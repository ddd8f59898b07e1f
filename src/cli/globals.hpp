#pragma once

#include <optional>
#include <string>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/paths.hpp"
#include "term/progress.hpp"

namespace corten::cli {

/// The flags between `oci` and its verb: those that callers of an OCI runtime write before the verb, as runc
/// has them (its main.go).
struct OciFlags {
  std::optional<std::string> root;
  std::string log;
  std::string log_format = "text";
  std::string rootless = "auto";
  bool debug = false;
  bool systemd_cgroup = false;
  bool version = false;
};

/// The flags before the verb. Unlike Docker's, all of them can also come from the environment.
struct Globals {
  std::optional<std::string> root;
  std::optional<std::string> run_root;
  log::Level log_level = log::Level::warning;
  term::ProgressMode progress = term::ProgressMode::automatic;
  bool debug = false;
  bool version = false;
  OciFlags oci;
};

/// The root of every table: global flags and the text of `corten --help`.
extern const Command kRootCommand;  // NOLINT(readability-identifier-naming): constexpr where defined

}  // namespace corten::cli
