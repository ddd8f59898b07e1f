#include "cli/help.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/text.hpp"

namespace corten::cli {
namespace {

constexpr std::size_t kMinColumns = 40;

bool is_group(const Command& command) { return command.execute == nullptr; }

bool has_visible_flags(const Command& command) {
  return std::ranges::any_of(command.flags, [](const Flag& flag) { return !flag.hidden; });
}

std::string render_doc(std::string_view doc, std::size_t columns) {
  std::string out;
  for (const auto& block : parse_doc(doc)) {
    const auto text = block.listing ? block.text : join(wrap(block.text, columns), "\n");
    out += fmt::format("\n{}\n", text);
  }
  return out;
}

std::string render_aliases(const Command& command) {
  if (command.aliases.empty()) return {};
  std::vector<std::string> names = {full_name(command)};
  for (const auto alias : command.aliases) names.push_back(fmt::format("corten {}", alias));
  return fmt::format("\nAliases:\n  {}\n", join(names, ", "));
}

std::string render_verbs(std::string_view heading, const std::vector<CommandTable::Entry>& entries,
                         std::size_t columns) {
  if (entries.empty()) return {};
  std::vector<Row> rows;
  rows.reserve(entries.size());
  for (const auto& [name, verb] : entries) {
    rows.push_back({.left = fmt::format("  {}", name), .right = std::string(verb->summary)});
  }
  return fmt::format("\n{}:\n{}", heading, format_rows(rows, columns));
}

// At the root by heading, as Docker; below one list is enough.
std::string render_children(const CommandTable& table, const Command& command, std::size_t columns) {
  const auto children = table.children(command);
  if (!command.path.empty()) return render_verbs("Commands", children, columns);
  struct Section {
    Group group;
    std::string_view heading;
  };
  static constexpr Section kSections[] = {
      {Group::common, "Common Commands"},
      {Group::management, "Management Commands"},
      {Group::other, "Commands"},
  };
  std::string out;
  for (const auto& [group, heading] : kSections) {
    std::vector<CommandTable::Entry> entries;
    std::ranges::copy_if(children, std::back_inserter(entries),
                         [&](const auto& entry) { return entry.command->group == group; });
    out += render_verbs(heading, entries, columns);
  }
  return out;
}

std::string render_flags(const Command& command, std::size_t columns) {
  std::vector<Row> rows;
  for (const auto& flag : command.flags) {
    if (flag.hidden) continue;
    auto left = flag.letter == '\0' ? fmt::format("      --{}", flag.name) : fmt::format("  {}", label(flag));
    if (!flag.value.empty()) left += fmt::format(" {}", flag.value);
    rows.push_back({.left = std::move(left), .right = describe(flag)});
  }
  if (rows.empty()) return {};
  return fmt::format("\n{}:\n{}", command.path.empty() ? "Global Options" : "Options",
                     format_rows(rows, columns));
}

std::string render_examples(const Command& command) {
  if (command.examples.empty()) return {};
  std::string out = "\nExamples:\n";
  for (const auto& example : command.examples)
    out += fmt::format("  {}:\n    {}\n", example.text, example.line);
  return out;
}

}  // namespace

std::string usage_line(const Command& command) {
  std::string line = full_name(command);
  if (has_visible_flags(command)) line += " [OPTIONS]";
  if (is_group(command)) {
    line += " COMMAND";
  } else if (!command.arguments.usage.empty()) {
    line += fmt::format(" {}", command.arguments.usage);
  }
  return line;
}

std::string render_help(const CommandTable& table, const Command& command, std::size_t columns) {
  columns = std::max(columns, kMinColumns);
  std::string out = fmt::format("Usage:  {}\n\n", usage_line(command));
  out += join(wrap(command.summary, columns), "\n") + "\n";
  out += render_doc(command.doc, columns);
  out += render_aliases(command);
  out += render_children(table, command, columns);
  out += render_flags(command, columns);
  out += render_examples(command);
  if (is_group(command)) {
    const auto more =
        fmt::format("Run '{} COMMAND --help' for more information on a command.", full_name(command));
    out += "\n" + join(wrap(more, columns), "\n") + "\n";
  }
  return out;
}

Result<const Command*> require_topic(const CommandTable& table, std::span<const std::string> words) {
  const auto* command = &table.root();
  for (const auto& word : words) {
    const auto* child = table.find_child(*command, word);
    if (child == nullptr) {
      auto failure = fail(Errc::not_found, "unknown help topic: '{}'", word);
      const auto nearest = table.nearest_child(*command, word);
      if (!nearest) return failure;
      return with_hint(std::move(failure), "did you mean '{}'?", *nearest);
    }
    command = child;
  }
  return command;
}

}  // namespace corten::cli
