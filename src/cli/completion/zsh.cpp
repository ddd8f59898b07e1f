#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/completion/completion.hpp"
#include "cli/completion/nodes.hpp"

namespace corten::cli {
namespace {

// The tables hold lists for _describe: "name:explanation", one a line. `${(f)...}` splits them.
constexpr std::string_view kScript = R"zsh(
_corten() {
  local at=corten topic=corten flag='' origin='' word
  local -a offered
  for word in "${(@)words[2,CURRENT-1]}"; do
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -* ]]; then
      (( ${+_corten_values[$at $word]} )) && flag="$at $word"
    elif (( ${+_corten_flags[$at $word]} )); then
      at+=" $word"
    else
      topic+=" $word"
    fi
  done
  if [[ -z $flag && $PREFIX == --*=* ]]; then
    flag="$at ${PREFIX%%=*}"
    compset -P '*='
  fi
  if [[ -n $flag ]]; then
    origin=${_corten_values[$flag]}
  elif [[ $PREFIX == -* ]]; then
    offered=("${(@f)_corten_flags[$at]}")
    _describe -o 'option' offered
    return
  elif [[ -n ${_corten_verbs[$at]} ]]; then
    offered=("${(@f)_corten_verbs[$at]}")
    _describe 'command' offered
    return
  else
    origin=${_corten_arguments[$at]}
  fi
  case $origin in
    @command)
      offered=("${(@f)_corten_verbs[$topic]}")
      _describe 'command' offered
      ;;
    @file) _files ;;
    @directory) _files -/ ;;
    ''|-) return 1 ;;
    *) compadd -- ${=origin} ;;
  esac
}

# Autoloaded from $fpath the file is the body of the function; sourced it only defines it.
if [[ ${funcstack[1]} == _corten ]]; then
  _corten "$@"
else
  compdef _corten corten
fi
)zsh";

// _describe takes the first ':' as the end of the name.
std::string described(std::string_view name, std::string_view help) {
  return fmt::format("{}:{}", name, help);
}

}  // namespace

std::string zsh_completion(const CommandTable& table) {
  std::string verbs;
  std::string flags;
  std::string values;
  std::string arguments;
  for (const auto& node : completion_nodes(table)) {
    const auto key = shell_quote(node.path);
    std::vector<std::string> lines;
    lines.reserve(node.verbs.size());
    for (const auto& verb : node.verbs) lines.push_back(described(verb.name, verb.help));
    verbs += fmt::format("  {} {}\n", key, shell_quote(join(lines, "\n")));
    lines.clear();
    for (const auto& flag : node.flags) {
      for (const auto& typed : {flag.name, flag.letter}) {
        if (typed.empty()) continue;
        lines.push_back(described(typed, flag.help));
        if (!flag.takes_value) continue;
        values += fmt::format("  {} {}\n", shell_quote(node.path + " " + typed),
                              shell_quote(completion_source(flag.choices, flag.complete)));
      }
    }
    flags += fmt::format("  {} {}\n", key, shell_quote(join(lines, "\n")));
    arguments += fmt::format("  {} {}\n", key, shell_quote(completion_source(node.choices, node.complete)));
  }
  return fmt::format(
      "#compdef corten\n"
      "# Completion for zsh, printed by 'corten completion zsh'.\n"
      "typeset -gA _corten_verbs=(\n{})\n"
      "typeset -gA _corten_flags=(\n{})\n"
      "# Flags that take a value, and what to offer for it.\n"
      "typeset -gA _corten_values=(\n{})\n"
      "typeset -gA _corten_arguments=(\n{})\n{}",
      verbs, flags, values, arguments, kScript);
}

}  // namespace corten::cli
