#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"

/// The command tree as the writers of completion scripts need it: flat, every place where a command can be
/// typed (its path and each alias) by its full name. Who types the name of a hidden command gets help with
/// the rest, but no list of verbs names it.
namespace corten::cli {

struct CompletionFlag {
  std::string name;    ///< "--format"
  std::string letter;  ///< "-f" or empty
  std::string help;
  bool takes_value;
  std::vector<std::string_view> choices;
  Completion complete;
};

struct CompletionVerb {
  std::string name;
  std::string help;
};

struct CompletionNode {
  std::string path;  ///< "corten", "corten system info", "corten info"
  std::vector<CompletionVerb> verbs;
  std::vector<CompletionFlag> flags;      ///< `--help` among them
  std::vector<std::string_view> choices;  ///< for arguments
  Completion complete;
};

std::vector<CompletionNode> completion_nodes(const CommandTable& table);

/// How a script writes what may stand for a value: the choices separated by spaces, "@file", "@directory",
/// "@command", or "-" for nothing.
std::string completion_source(const std::vector<std::string_view>& choices, Completion complete);

/// `text` in single quotes for bash and zsh.
std::string shell_quote(std::string_view text);

}  // namespace corten::cli
