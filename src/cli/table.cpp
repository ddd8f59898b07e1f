#include "cli/table.hpp"

#include <algorithm>

#include "base/distance.hpp"

namespace corten::cli {
namespace {

// The last word of `path` if all before it is `parent`; empty otherwise.
std::string_view name_below(std::string_view parent, std::string_view path) {
  if (!parent.empty()) {
    if (!path.starts_with(parent) || path.size() <= parent.size() || path[parent.size()] != ' ') return {};
    path.remove_prefix(parent.size() + 1);
  }
  return path.find(' ') == std::string_view::npos ? path : std::string_view{};
}

// How `command` is called below `parent`; the path goes before aliases. Empty if it does not stand there.
std::string_view listed_name(std::string_view parent, const Command& command) {
  if (const auto name = name_below(parent, command.path); !name.empty()) return name;
  for (const auto alias : command.aliases) {
    if (const auto name = name_below(parent, alias); !name.empty()) return name;
  }
  return {};
}

bool stands_at(const Command& command, std::string_view parent, std::string_view name) {
  const auto matches = [&](std::string_view path) { return name_below(parent, path) == name; };
  return matches(command.path) || std::ranges::any_of(command.aliases, matches);
}

}  // namespace

const Command* CommandTable::find_child(const Command& parent, std::string_view name) const {
  if (name.empty()) return nullptr;
  for (const auto* command : commands_) {
    if (stands_at(*command, parent.path, name)) return command;
  }
  return nullptr;
}

const Command* CommandTable::find(std::span<const std::string> words) const {
  const auto* command = root_;
  for (const auto& word : words) {
    command = find_child(*command, word);
    if (command == nullptr) return nullptr;
  }
  return command;
}

std::vector<CommandTable::Entry> CommandTable::children(const Command& parent) const {
  std::vector<Entry> entries;
  for (const auto* command : commands_) {
    if (command->hidden) continue;
    const auto name = listed_name(parent.path, *command);
    if (!name.empty()) entries.push_back({.name = name, .command = command});
  }
  std::ranges::sort(entries, {}, &Entry::name);
  return entries;
}

std::optional<std::string> CommandTable::nearest_child(const Command& parent, std::string_view typed) const {
  std::vector<std::string> names;
  for (const auto& entry : children(parent)) names.emplace_back(entry.name);
  return find_nearest(typed, names);
}

}  // namespace corten::cli
