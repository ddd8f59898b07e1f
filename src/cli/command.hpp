#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/binding.hpp"

/// What a command declares about itself. Everything here is constant data: nothing runs before main, and a
/// process pays only for the command it was asked for. Help, man pages and completions are made from it, so
/// there is no second place to keep in step.
///
/// A new command is one file in commands/ (see version.cpp for the shape) and one line in commands/all.cpp.
namespace corten::cli {

struct Command;
struct Context;

/// What a shell may offer where a value is expected, besides the declared choices.
enum class Completion : std::uint8_t { nothing, file, directory, command };

struct Flag {
  std::string_view name;        ///< Long form without dashes: "no-trunc".
  char letter = '\0';           ///< Short form, 'f' for `-f`.
  std::string_view value = {};  ///< What the value is called in help: "DIR". Empty for switches.
  std::string_view help;        ///< One phrase, capital first, no full stop.
  Binding bind = {};
  std::string_view default_text = {};  ///< Shown in help; the default itself is the member's initializer.
  std::string_view env = {};           ///< Variable read when the flag is not given.
  std::span<const std::string_view> choices = {};
  Completion complete = Completion::nothing;
  bool hidden = false;
};

/// Where flags are recognised. `run IMAGE CMD ARGS` needs before_arguments: `-l` in `run alpine ls -l`
/// belongs to ls.
enum class FlagPlacement : std::uint8_t { anywhere, before_arguments };

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// The words of a command line that are not flags.
struct Arguments {
  std::string_view usage = {};  ///< "IMAGE [COMMAND] [ARG...]"
  std::size_t min = 0;
  std::size_t max = 0;
  Binding bind = {};  ///< Called once per argument, in order.
  FlagPlacement flags = FlagPlacement::anywhere;
  std::span<const std::string_view> choices = {};
  Completion complete = Completion::nothing;
};

struct Example {
  std::string_view text;  ///< "Follow the log": what it does.
  std::string_view line;  ///< "corten logs -f web": what to type.
};

/// The heading under which `corten --help` lists a verb.
enum class Group : std::uint8_t { common, management, other };

/// Parses `words` into the command's options, runs it, reports its error; the exit code.
using Execute = int (*)(const Command& command, std::span<const std::string> words, Context& context);

/// What a group does when its own flags are read and before its verb runs: an exit code ends the program.
using Prepare = Result<std::optional<int>> (*)(Context& context);

/// Says an error in a way of the group's own, for all verbs below it; the exit code.
using Report = int (*)(const Context& context, const Error& error);

/// Whether a command handles files of many owners, as unpacked layers have them. For an ordinary user those
/// exist in a user namespace only, in which the command is then run again.
enum class FileOwners : std::uint8_t { own, many };

struct Command {
  std::string_view path;                           ///< Words from the root: "system info".
  std::span<const std::string_view> aliases = {};  ///< Further whole paths: "info".
  Group group = Group::other;
  std::string_view summary;  ///< One phrase, capital first, no full stop.
  /// Paragraphs separated by empty lines, wrapped when shown; lines that start with a space are kept.
  std::string_view doc = {};
  Arguments arguments = {};
  /// Of a command: members of its options. Of a group: members of Globals, to be written before the verb.
  std::span<const Flag> flags = {};
  std::span<const Example> examples = {};
  bool hidden = false;
  Prepare prepare = nullptr;  ///< Of a group.
  Report report = nullptr;    ///< Of a group; none is report_error().
  FileOwners file_owners = FileOwners::own;
  Execute execute = nullptr;  ///< None for a group such as `system`.
};

/// The last word of the path.
std::string_view leaf_name(const Command& command);
/// "corten system info"; "corten" for the root.
std::string full_name(const Command& command);
/// "-f, --format", for messages.
std::string label(const Flag& flag);
/// The help text with default and environment variable: the one text of help, man pages and completions.
std::string describe(const Flag& flag);

namespace detail {
using RunErased = Result<int> (*)(const void* options, Context& context);
int execute(const Command& command, std::span<const std::string> words, Context& context, void* options,
            RunErased run);
}  // namespace detail

/// `.execute = execute<VersionOptions, run_version>`: makes an Options, fills it through the bindings of the
/// command (which must be members of Options) and calls `Run`, whose value is the exit code.
template <typename Options, Result<int> (*Run)(const Options&, Context&)>
int execute(const Command& command, std::span<const std::string> words, Context& context) {
  Options options;
  return detail::execute(command, words, context, &options, [](const void* filled, Context& run_context) {
    return Run(*static_cast<const Options*>(filled), run_context);
  });
}

}  // namespace corten::cli
