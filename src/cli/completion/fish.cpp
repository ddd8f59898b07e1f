#include <fmt/format.h>

#include "cli/completion/completion.hpp"
#include "cli/completion/nodes.hpp"

namespace corten::cli {
namespace {

// `complete` lines ask two questions: at which command does the line stand (__corten_at), and for
// `corten help ...` after which topic.
constexpr std::string_view kScript = R"fish(
function __corten_walk
    set -l at corten
    set -l topic corten
    set -l value_follows 0
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        if test $value_follows = 1
            set value_follows 0
        else if string match -q -- '-*' $word
            if contains -- "$at $word" $__corten_values
                set value_follows 1
            end
        else if contains -- "$at $word" $__corten_commands
            set at "$at $word"
        else
            set topic "$topic $word"
        end
    end
    echo $at
    echo $topic
end

function __corten_at
    set -l walked (__corten_walk)
    test "$walked[1]" = "$argv[1]"
end

function __corten_topic
    set -l walked (__corten_walk)
    __corten_at $argv[1]; and test "$walked[2]" = "$argv[2]"
end

complete -c corten -f
)fish";

// Inside single quotes fish reads \\ and \'.
std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// What to offer for a value: choices, file names, or nothing.
std::string value_arguments(const std::string& source) {
  if (source == "-") return " -x";
  if (source == "@file") return " -r -F";
  if (source == "@directory") return " -x -a '(__fish_complete_directories)'";
  return fmt::format(" -x -a {}", quote(source));
}

std::string flag_line(const std::string& condition, const CompletionFlag& flag) {
  auto line = fmt::format("complete -c corten -n {} -l {}", condition, flag.name.substr(2));
  if (!flag.letter.empty()) line += fmt::format(" -s {}", flag.letter.substr(1));
  if (flag.takes_value) line += value_arguments(completion_source(flag.choices, flag.complete));
  return line + fmt::format(" -d {}\n", quote(flag.help));
}

std::string argument_lines(const std::string& condition, const CompletionNode& node,
                           const std::vector<CompletionNode>& nodes) {
  std::string lines;
  const auto source = completion_source(node.choices, node.complete);
  if (source == "-") return lines;
  if (source != "@command") {
    return fmt::format("complete -c corten -n {}{}\n", condition, value_arguments(source));
  }
  for (const auto& topic : nodes) {
    const auto at_topic = quote(fmt::format("__corten_topic \"{}\" \"{}\"", node.path, topic.path));
    for (const auto& verb : topic.verbs) {
      lines += fmt::format("complete -c corten -n {} -a {} -d {}\n", at_topic, verb.name, quote(verb.help));
    }
  }
  return lines;
}

}  // namespace

std::string fish_completion(const CommandTable& table) {
  const auto nodes = completion_nodes(table);
  std::string commands = "set -g __corten_commands";
  std::string values = "set -g __corten_values";
  std::string lines;
  for (const auto& node : nodes) {
    const auto condition = quote(fmt::format("__corten_at \"{}\"", node.path));
    commands += fmt::format(" \\\n    {}", quote(node.path));
    for (const auto& verb : node.verbs) {
      lines += fmt::format("complete -c corten -n {} -a {} -d {}\n", condition, verb.name, quote(verb.help));
    }
    for (const auto& flag : node.flags) {
      lines += flag_line(condition, flag);
      if (!flag.takes_value) continue;
      values += fmt::format(" \\\n    {}", quote(node.path + " " + flag.name));
      if (!flag.letter.empty()) values += fmt::format(" \\\n    {}", quote(node.path + " " + flag.letter));
    }
    lines += argument_lines(condition, node, nodes);
  }
  return fmt::format("# Completion for fish, printed by 'corten completion fish'.\n{}\n{}\n{}{}", commands,
                     values, kScript, lines);
}

}  // namespace corten::cli
