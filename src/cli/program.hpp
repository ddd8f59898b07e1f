#pragma once

#include <functional>
#include <span>
#include <string>

#include "cli/globals.hpp"
#include "cli/io.hpp"
#include "cli/table.hpp"

namespace corten::cli {

/// What a process is given, as a value: a test runs the whole program in memory.
struct Surroundings {
  Io io;
  FindEnv find_env;
  unsigned uid = 0;  ///< Effective; of the user outside, in a user namespace made for the command.
  /// Runs the whole command line again as root of a user namespace: the exit code. Empty where that is not
  /// needed, and in tests.
  std::function<Result<int>()> rerun_in_user_namespace = {};
};

/// What every command gets besides its options.
struct Context {
  const CommandTable& table;
  const Surroundings& surroundings;
  const Globals& globals;
  Report group_report = nullptr;  ///< Of the group that the command is in.

  const Io& io() const { return surroundings.io; }
  /// Says an error as the group of the command does it; the exit code.
  int report(const Error& error) const;
  /// As report(), for a command line that is wrong: with the usage of `command`, unless a group reports.
  int report_usage(const Command& command, const Error& error, int exit_code) const;

  /// Where the store is. Only commands that touch it ask: `corten help` works without a home directory.
  Result<StorePaths> paths() const;
  /// Either directory alone, for commands that say what is wrong with the other.
  Result<std::string> root() const;
  Result<std::string> run_root() const;
};

/// Runs the command line `words` (without the program's name) and reports its error; the exit code
/// (exit_codes.hpp). Does not finish the streams.
int run_program(const CommandTable& table, std::span<const std::string> words,
                const Surroundings& surroundings);

}  // namespace corten::cli
