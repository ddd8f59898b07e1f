#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace corten::cli {

/// All commands as a tree. Borrows them; they are constants that live as long as the program.
class CommandTable {
 public:
  /// A verb as it is listed under its parent: by its own name or by the alias it has there.
  struct Entry {
    std::string_view name;
    const Command* command;
  };

  /// `root` holds the global flags and the text of `corten --help`; its path is empty.
  constexpr CommandTable(const Command& root, std::span<const Command* const> commands)
      : root_(&root), commands_(commands) {}

  const Command& root() const { return *root_; }
  /// In the order of declaration, the root not among them.
  std::span<const Command* const> commands() const { return commands_; }

  /// The command below `parent` whose name or alias there is `name`; hidden ones too.
  const Command* find_child(const Command& parent, std::string_view name) const;

  /// The command at the end of `words`, the root for none; nothing when a word leads nowhere.
  const Command* find(std::span<const std::string> words) const;

  /// What help lists below `parent`, sorted by name: without hidden commands, each command once.
  std::vector<Entry> children(const Command& parent) const;

  /// The verb below `parent` that was probably meant.
  std::optional<std::string> nearest_child(const Command& parent, std::string_view typed) const;

 private:
  const Command* root_;
  std::span<const Command* const> commands_;
};

}  // namespace corten::cli
