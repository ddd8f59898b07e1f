#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

/// The grammar of Docker's command line (spf13/pflag), written out because CLI11 2.1 cannot be brought to it:
/// there `-n=3` and `-e=X` keep the '=', `-it=false` is misread, a pass-through command accepts unknown flags
/// and keeps `--`, and `010` is eight. It would also cost 7 s of compile time and 0.2 MB where this is 150
/// lines.
///
///   --flag value   --flag=value   -f value   -fvalue   -f=value   -it (bundle)   --switch   --switch=false
///
/// A value may begin with '-'. `--` ends the flags. A lone '-' is an argument. Abbreviated flags are refused.
/// A flag given twice: the last one counts, unless it is a list.
namespace corten::cli {

struct ParsedWords {
  std::vector<std::string> arguments;
  /// `--help` was among the flags, or `-h` where the command has no flag of that letter.
  bool help = false;
};

struct Grammar {
  std::span<const Flag> flags = {};
  FlagPlacement placement = FlagPlacement::anywhere;
  /// Refused here with the advice to write them before the verb.
  std::span<const Flag> global_flags = {};
};

/// Assigns the flags among `words` through their bindings to `options` and gives back the rest. Fails with
/// invalid_argument, naming the flag and, if one is near, the flag that was probably meant.
Result<ParsedWords> parse_words(const Grammar& grammar, std::span<const std::string> words, void* options);

/// Reads one environment variable; a parameter so that tests need not change the process.
using FindEnv = std::function<std::optional<std::string>(const char* name)>;

/// Assigns flags that name a variable which is set and not empty. Call before parse_words: a flag on the
/// command line goes over the environment.
Result<> apply_environment(std::span<const Flag> flags, const FindEnv& find_env, void* options);

/// Whether `count` arguments suit the command; the message is Docker's: "'corten tag' requires 2 arguments".
Result<> check_argument_count(const Command& command, std::size_t count);

}  // namespace corten::cli
