#include "cli/report.hpp"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/help.hpp"

namespace corten::cli {
namespace {

// A hint may hold an excerpt with a caret below it: all its lines are moved by the same columns.
std::string hint_text(std::string_view hint) {
  std::string_view margin = "hint: ";
  std::string text;
  for (const auto line : split(hint, '\n')) {
    if (!line.empty()) {
      text += margin;
      text += printable(line);
      margin = "      ";
    }
    text += '\n';
  }
  return text;
}

}  // namespace

int report_error(const Io& io, const Error& error) {
  auto text = fmt::format("corten: {}\n", printable(error.message()));
  if (!error.hint().empty()) text += hint_text(error.hint());
  io.complain(text);
  return errc_info(error.kind()).exit_code;
}

int report_usage_error(const Io& io, const Command& command, const Error& error, int exit_code) {
  report_error(io, error);
  io.complain(fmt::format("\nUsage:  {}\n\nRun '{} --help' for more information\n", usage_line(command),
                          full_name(command)));
  return exit_code;
}

}  // namespace corten::cli
