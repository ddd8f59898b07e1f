#include "runtime/ps.hpp"

#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct PsOptions {
  std::vector<std::string> words;
  std::string format = "table";
};

Result<int> run_ps(const PsOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  if (options.format != "table" && options.format != "json") {
    return fail(Errc::invalid_argument, "--format: expected table or json, found '{}'", options.format);
  }
  const auto id = TRY(runtime::ContainerId::parse(options.words.front()));
  const auto pids = TRY(runtime::processes(settings, id));
  if (options.format == "json") {
    TRY(context.io().print(to_json_text(Json(pids)) + "\n"));
    return kExitSuccess;
  }
  const std::vector<std::string> ps_arguments(options.words.begin() + 1, options.words.end());
  const auto table = TRY(runtime::process_table(pids, ps_arguments));
  TRY(context.io().print(table));
  return kExitSuccess;
}

constexpr std::array<std::string_view, 2> kFormats = {"table", "json"};

constexpr std::array kFlags = {
    Flag{.name = "format",
         .letter = 'f',
         .value = "FORMAT",
         .help = "As table, or the numbers as json",
         .bind = bind<&PsOptions::format>(),
         .default_text = "table",
         .choices = kFormats},
};

}  // namespace

constexpr Command kOciPsCommand{
    .path = "oci ps",
    .summary = "List the processes of a container",
    .doc = "The table is what the host's ps prints of them, by default for 'ps -ef'.",
    .arguments = {.usage = "ID [PS-ARG...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&PsOptions::words>(),
                  .flags = FlagPlacement::before_arguments},
    .flags = kFlags,
    .execute = execute<PsOptions, run_ps>,
};

}  // namespace corten::cli
