#include "cli/manual.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/help.hpp"
#include "cli/text.hpp"
#include "cli/version.hpp"

namespace corten::cli {
namespace {

// Text as roff shows it: groff(7) "Special characters". A '-' would become a typographic hyphen that nobody
// can paste into a shell, a '.' or "'" at the start of a line a request.
std::string escape(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

// Source lines stay short, as mandoc -Tlint asks; a formatter joins them again.
std::string paragraph(std::string_view text) {
  constexpr std::size_t kSourceColumns = 70;
  return escape(join(wrap(text, kSourceColumns), "\n")) + "\n";
}

std::string listing(std::string_view text) { return fmt::format(".PP\n.nf\n{}\n.fi\n", escape(text)); }

// Paragraphs of a section; the heading stands for the separator before the first one.
std::string section(std::string_view heading, const std::vector<std::string>& paragraphs) {
  if (paragraphs.empty()) return {};
  return fmt::format(".SH {}\n{}", heading, join(paragraphs, ".PP\n"));
}

std::string render_doc(const Command& command) {
  std::string out = section("DESCRIPTION", {paragraph(std::string(command.summary) + ".")});
  for (const auto& block : parse_doc(command.doc)) {
    out += block.listing ? listing(block.text) : ".PP\n" + paragraph(block.text);
  }
  return out;
}

std::string render_flags(const Command& command) {
  std::string out;
  for (const auto& flag : command.flags) {
    if (flag.hidden) continue;
    out += fmt::format(".TP\n\\fB{}\\fR", escape(label(flag)));
    if (!flag.value.empty()) out += fmt::format(" \\fI{}\\fR", escape(flag.value));
    out += "\n" + paragraph(describe(flag) + ".");
  }
  return out.empty() ? out : ".SH OPTIONS\n" + out;
}

std::string render_children(const CommandTable& table, const Command& command) {
  std::string out;
  for (const auto& [name, verb] : table.children(command)) {
    out += fmt::format(".TP\n\\fB{}\\fR\n{}See \\fB{}\\fR(1).\n", escape(name),
                       paragraph(std::string(verb->summary) + "."), escape(page_name(*verb)));
  }
  return out.empty() ? out : ".SH COMMANDS\n" + out;
}

std::string render_aliases(const Command& command) {
  std::vector<std::string> lines;
  for (const auto alias : command.aliases) lines.push_back(fmt::format("\\fBcorten {}\\fR\n", escape(alias)));
  return section("ALIASES", lines);
}

std::string render_environment(const Command& command) {
  std::string out;
  for (const auto& flag : command.flags) {
    if (flag.env.empty() || flag.hidden) continue;
    out += fmt::format(".TP\n\\fB{}\\fR\nAs \\fB\\-\\-{}\\fR, unless that is given.\n", flag.env,
                       escape(flag.name));
  }
  return out.empty() ? out : ".SH ENVIRONMENT\n" + out;
}

std::string render_examples(const Command& command) {
  std::vector<std::string> examples;
  for (const auto& example : command.examples) {
    examples.push_back(paragraph(fmt::format("{}:", example.text)) +
                       listing(fmt::format("  {}", example.line)));
  }
  return section("EXAMPLES", examples);
}

// The page above, and for the root none.
std::string render_see_also(const Command& command) {
  if (command.path.empty()) return {};
  const auto parts = cut_last(command.path, ' ');
  const auto parent = parts ? "corten-" + std::string(parts->before) : "corten";
  return fmt::format(".SH SEE ALSO\n\\fB{}\\fR(1)\n", escape(parent));
}

}  // namespace

std::string page_name(const Command& command) {
  auto name = full_name(command);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string render_manual(const CommandTable& table, const Command& command) {
  const auto name = page_name(command);
  const auto& build = build_info();
  std::string out = fmt::format(".TH {} 1 \"{}\" \"corten {}\" \"User Commands\"\n", to_upper(escape(name)),
                                build.date, build.version);
  out += fmt::format(".SH NAME\n{} \\- {}\n", escape(name), escape(command.summary));
  out += fmt::format(".SH SYNOPSIS\n\\fB{}\\fR\n", escape(usage_line(command)));
  out += render_doc(command);
  out += render_aliases(command);
  out += render_children(table, command);
  out += render_flags(command);
  out += render_environment(command);
  out += render_examples(command);
  out += render_see_also(command);
  return out;
}

}  // namespace corten::cli
