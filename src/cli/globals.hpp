#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/log.hpp"
#include "cli/command.hpp"
#include "cli/paths.hpp"

namespace corten::cli {

/// How long work shows its progress.
enum class ProgressMode : std::uint8_t {
  automatic,  ///< tty on a terminal, plain elsewhere
  tty,
  plain,
  json,
};
Result<> assign_value(ProgressMode& value, std::string_view text, std::string_view what);

/// The flags before the verb. Unlike Docker's, all of them can also come from the environment.
struct Globals {
  std::optional<std::string> root;
  std::optional<std::string> run_root;
  log::Level log_level = log::Level::warning;
  ProgressMode progress = ProgressMode::automatic;
  bool debug = false;
  bool version = false;
};

/// The root of every table: global flags and the text of `corten --help`.
extern const Command kRootCommand;  // NOLINT(readability-identifier-naming): constexpr where defined

}  // namespace corten::cli
