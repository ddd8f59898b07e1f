#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "cli/report.hpp"
#include "main/helpers.hpp"
#include "main/process_setup.hpp"
#include "main/standard_streams.hpp"
#include "main/user_namespace.hpp"
#include "sys/users.hpp"
#include "term/terminal.hpp"

namespace corten::process {
namespace {

using RerunFunction = std::function<Result<int>()>;

Result<int> rerun(StandardOutput& err) {
  const auto status = TRY(rerun_in_user_namespace(
      [&err](const std::string& warning) { (void)err.write(as_bytes("WARNING: " + warning + "\n")); }));
  if (status.signal != 0) die_of(status.signal);
  return status.code;
}

int run(const std::vector<std::string>& words) {
  StandardInput in;
  StandardOutput out(stdout, "standard output");
  StandardOutput err(stderr, "standard error");
  const auto columns = term::terminal_size(STDOUT_FILENO).columns;
  const cli::Surroundings surroundings = {
      .io = {.in = in,
             .out = out,
             .err = err,
             .columns = columns,
             .terminal_columns = term::is_terminal(STDOUT_FILENO) ? columns : 0},
      .find_env = [](const char* name) { return find_env(name); },
      .uid = sys::outer_uid(),
      .rerun_in_user_namespace = ::geteuid() == 0 ? RerunFunction() : [&err] { return rerun(err); },
  };
  const int code = cli::run_program(cli::all_commands(), words, surroundings);
  // Only now is it known whether the output arrived: "corten ... > /dev/full" must not look like success.
  const auto finished = out.finish();
  if (finished) return code;
  cli::report_error(surroundings.io, finished.error());
  return code == cli::kExitSuccess ? cli::kExitFailure : code;
}

// Called as corten-oci, the program takes the command line of an OCI runtime: that behind `corten oci`.
std::vector<std::string> command_words(std::span<char* const> arguments) {
  std::vector<std::string> words;
  if (arguments.empty()) return words;
  const std::string_view name(arguments.front());
  if (name.substr(name.rfind('/') + 1) == "corten-oci") words.emplace_back("oci");
  words.insert(words.end(), arguments.begin() + 1, arguments.end());
  return words;
}

}  // namespace
}  // namespace corten::process

int main(int argc, char** argv) {
  const std::span<char* const> arguments(argv, static_cast<std::size_t>(argc));

  // First of all, before a thread, a signal handler or a library can get in the way: is this process one of
  // our own helpers, started by re-executing the binary?
  for (const auto& helper : corten::process::kHelpers) {
    if (arguments.size() > 1 && helper.name == arguments[1]) return helper.run(arguments.subspan(2));
  }

  if (!corten::process::ensure_standard_descriptors()) return corten::cli::kExitFailure;
  corten::process::survive_broken_pipes();
  // Our functions return errors: what is thrown up to here is a bug of ours or memory running out.
  try {
    return corten::process::run(corten::process::command_words(arguments));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "corten: internal error: %s\n", exception.what());
  } catch (...) {
    std::fputs("corten: internal error\n", stderr);
  }
  return corten::cli::kExitFailure;
}
