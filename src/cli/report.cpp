#include "cli/report.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/help.hpp"

namespace corten::cli {

int report_error(const Io& io, const Error& error) {
  auto text = fmt::format("corten: {}\n", printable(error.message()));
  if (!error.hint().empty()) text += fmt::format("hint: {}\n", printable(error.hint()));
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
