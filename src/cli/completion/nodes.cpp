#include "cli/completion/nodes.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::cli {
namespace {

std::vector<CompletionFlag> visible_flags(const Command& command) {
  std::vector<CompletionFlag> flags;
  for (const auto& flag : command.flags) {
    if (flag.hidden) continue;
    flags.push_back({.name = fmt::format("--{}", flag.name),
                     .letter = flag.letter == '\0' ? "" : fmt::format("-{}", flag.letter),
                     .help = std::string(flag.help),
                     .takes_value = flag.bind.kind != Binding::Kind::boolean,
                     .choices = {flag.choices.begin(), flag.choices.end()},
                     .complete = flag.complete});
  }
  flags.push_back({.name = "--help",
                   .letter = "",
                   .help = "Explain the command",
                   .takes_value = false,
                   .choices = {},
                   .complete = Completion::nothing});
  return flags;
}

// `place` is where the command is typed, without "corten": its path or an alias.
CompletionNode make_node(const CommandTable& table, const Command& command, std::string_view place) {
  CompletionNode node{.path = place.empty() ? "corten" : fmt::format("corten {}", place),
                      .verbs = {},
                      .flags = visible_flags(command),
                      .choices = {command.arguments.choices.begin(), command.arguments.choices.end()},
                      .complete = command.arguments.complete};
  if (command.execute == nullptr) {
    for (const auto& [name, verb] : table.children(command)) {
      node.verbs.push_back({.name = std::string(name), .help = std::string(verb->summary)});
    }
  }
  return node;
}

}  // namespace

std::vector<CompletionNode> completion_nodes(const CommandTable& table) {
  std::vector<CompletionNode> nodes = {make_node(table, table.root(), "")};
  for (const auto* command : table.commands()) {
    nodes.push_back(make_node(table, *command, command->path));
    for (const auto alias : command->aliases) nodes.push_back(make_node(table, *command, alias));
  }
  return nodes;
}

std::string completion_source(const std::vector<std::string_view>& choices, Completion complete) {
  if (!choices.empty()) {
    const std::vector<std::string> words(choices.begin(), choices.end());
    return join(words, " ");
  }
  switch (complete) {
    case Completion::file:
      return "@file";
    case Completion::directory:
      return "@directory";
    case Completion::command:
      return "@command";
    case Completion::nothing:
      break;
  }
  return "-";
}

std::string shell_quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace corten::cli
