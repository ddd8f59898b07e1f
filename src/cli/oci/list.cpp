#include "runtime/list.hpp"

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
#include "term/table.hpp"

namespace corten::cli {
namespace {

struct ListOptions {
  std::string format = "table";
  bool quiet = false;
};

std::string as_json(const std::vector<oci::State>& states) {
  auto list = Json::array();
  for (const auto& state : states) list.push_back(oci::to_json(state));
  return to_json_text(list) + "\n";
}

std::string extra_text(const Json& state, const char* name) {
  const auto found = state.find(name);
  return found != state.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string as_table(const std::vector<oci::State>& states) {
  term::Table table({"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"});
  for (const auto& state : states) {
    const auto json = oci::to_json(state);
    table.add_row({state.id, std::to_string(state.pid), std::string(oci::to_string(state.status)),
                   state.bundle, extra_text(json, "created"), extra_text(json, "owner")});
  }
  return table.render();
}

Result<int> run_list(const ListOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  if (options.format != "table" && options.format != "json") {
    return fail(Errc::invalid_argument, "--format: expected table or json, found '{}'", options.format);
  }
  const auto states = TRY(runtime::list(settings));
  std::string text;
  if (options.quiet) {
    for (const auto& state : states) text += state.id + "\n";
  } else {
    text = options.format == "json" ? as_json(states) : as_table(states);
  }
  TRY(context.io().print(text));
  return kExitSuccess;
}

constexpr std::array<std::string_view, 2> kFormats = {"table", "json"};

constexpr std::array kFlags = {
    Flag{.name = "format",
         .letter = 'f',
         .value = "FORMAT",
         .help = "As table or json",
         .bind = bind<&ListOptions::format>(),
         .default_text = "table",
         .choices = kFormats},
    Flag{.name = "quiet", .letter = 'q', .help = "Print the ids alone", .bind = bind<&ListOptions::quiet>()},
};

}  // namespace

constexpr Command kOciListCommand{
    .path = "oci list",
    .summary = "List the containers of this runtime",
    .flags = kFlags,
    .execute = execute<ListOptions, run_list>,
};

}  // namespace corten::cli
