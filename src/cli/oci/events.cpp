#include "runtime/events.hpp"

#include <array>
#include <chrono>
#include <string>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct EventsOptions {
  std::string id;
  std::string interval = "5s";
  bool stats = false;
};

Result<std::chrono::milliseconds> parse_interval(const std::string& text) {
  const auto interval = TRY(parse_duration(text, "--interval"));
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(interval);
  if (milliseconds.count() < 1) {
    return fail(Errc::invalid_argument, "--interval: at least 1ms, found '{}'", text);
  }
  return milliseconds;
}

Result<int> run_events(const EventsOptions& options, Context& context) {
  const auto settings = TRY(oci_settings(context));
  const auto id = TRY(runtime::ContainerId::parse(options.id));
  const auto interval = TRY(parse_interval(options.interval));
  const auto print = [&](const Json& event) { return context.io().print(to_json_text(event) + "\n"); };
  if (options.stats) {
    const auto event = TRY(runtime::stats_event(settings, id));
    TRY(print(event));
  } else {
    TRY(runtime::follow_events(settings, id, interval, print));
  }
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "interval",
         .value = "TIME",
         .help = "How often statistics are printed",
         .bind = bind<&EventsOptions::interval>(),
         .default_text = "5s"},
    Flag{.name = "stats", .help = "Print the statistics once", .bind = bind<&EventsOptions::stats>()},
};

}  // namespace

constexpr Command kOciEventsCommand{
    .path = "oci events",
    .summary = "Print what a container uses, and when the kernel kills for want of memory",
    .doc =
        "One JSON document on each line, of type 'stats' or 'oom', in the form that runc has. Ends with the "
        "container.",
    .arguments = {.usage = "ID", .min = 1, .max = 1, .bind = bind<&EventsOptions::id>()},
    .flags = kFlags,
    .execute = execute<EventsOptions, run_events>,
};

}  // namespace corten::cli
