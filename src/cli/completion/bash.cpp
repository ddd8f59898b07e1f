#include <fmt/format.h>

#include "cli/completion/completion.hpp"
#include "cli/completion/nodes.hpp"

namespace corten::cli {
namespace {

// Bash splits the line at '=' too (COMP_WORDBREAKS), so `--format=json` arrives as three words.
// declare -g: bash-completion sources this file inside a function.
constexpr std::string_view kScript = R"bash(
_corten() {
  local current=${COMP_WORDS[COMP_CWORD]} path=corten topic=corten flag='' source='' word i
  [[ $current == '=' ]] && current=''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then
      [[ $flag ]] || ((i++))
    elif [[ $flag ]]; then
      flag=''
    elif [[ $word == -* ]]; then
      [[ ${_corten_values["$path $word"]+set} ]] && flag="$path $word"
    elif [[ ${_corten_flags["$path $word"]+set} ]]; then
      path+=" $word"
    else
      topic+=" $word"
    fi
  done
  if [[ $flag ]]; then
    source=${_corten_values[$flag]}
  elif [[ $current == -* ]]; then
    source=${_corten_flags[$path]}
  else
    source=${_corten_verbs[$path]:-${_corten_arguments[$path]}}
  fi
  case $source in
    @command) source=${_corten_verbs[$topic]} ;;&
    @file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    @directory) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    '' | -) COMPREPLY=() ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$source" -- "$current") ;;
  esac
}
complete -F _corten corten
)bash";

template <typename Named>
std::string names_of(const std::vector<Named>& list) {
  std::string names;
  for (const auto& named : list) {
    if (!names.empty()) names += ' ';
    names += named.name;
  }
  return names;
}

}  // namespace

std::string bash_completion(const CommandTable& table) {
  std::string verbs;
  std::string flags;
  std::string values;
  std::string arguments;
  for (const auto& node : completion_nodes(table)) {
    const auto key = fmt::format("  [\"{}\"]=", node.path);
    verbs += fmt::format("{}'{}'\n", key, names_of(node.verbs));
    flags += fmt::format("{}'{}'\n", key, names_of(node.flags));
    for (const auto& flag : node.flags) {
      const auto source = shell_quote(completion_source(flag.choices, flag.complete));
      if (!flag.takes_value) continue;
      for (const auto& typed : {flag.name, flag.letter}) {
        if (!typed.empty()) values += fmt::format("  [\"{} {}\"]={}\n", node.path, typed, source);
      }
    }
    arguments += fmt::format("{}{}\n", key, shell_quote(completion_source(node.choices, node.complete)));
  }
  return fmt::format(
      "# Completion for bash, printed by 'corten completion bash'.\n"
      "declare -gA _corten_verbs=(\n{})\n"
      "declare -gA _corten_flags=(\n{})\n"
      "# Flags that take a value, and what to offer for it.\n"
      "declare -gA _corten_values=(\n{})\n"
      "declare -gA _corten_arguments=(\n{})\n{}",
      verbs, flags, values, arguments, kScript);
}

}  // namespace corten::cli
