#include <memory>
#include <utility>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/log_observer.hpp"
#include "base/strings.hpp"

namespace corten::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace:
      return spdlog::level::trace;
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      break;
  }
  return spdlog::level::off;
}

// Made at the first use: a process that logs nothing does not pay for it. The state is the process's standard
// error, so one logger for the process is the truth and not a global in disguise.
spdlog::logger& logger() {
  static spdlog::logger instance = [] {
    spdlog::logger made("corten", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_pattern("%l: %v");
    made.set_level(spdlog::level::warn);
    made.flush_on(spdlog::level::trace);
    return made;
  }();
  return instance;
}

Observer& current_observer() {
  static Observer instance;
  return instance;
}

}  // namespace

Result<Level> parse_level(std::string_view text) {
  struct Name {
    std::string_view text;
    Level level;
  };
  static constexpr Name kNames[] = {
      {"trace", Level::trace},     {"debug", Level::debug}, {"info", Level::info},   {"warn", Level::warning},
      {"warning", Level::warning}, {"error", Level::error}, {"fatal", Level::error}, {"off", Level::off},
  };
  for (const auto& name : kNames) {
    if (equal_ignoring_case(name.text, text)) return name.level;
  }
  return with_hint(fail(Errc::invalid_argument, "unknown log level '{}'", text),
                   "use trace, debug, info, warn, error or off");
}

void set_level(Level level) { logger().set_level(to_spdlog(level)); }

bool enabled(Level level) { return logger().should_log(to_spdlog(level)); }

void set_observer(Observer observer) { current_observer() = std::move(observer); }

void write(Level level, std::string_view text) {
  if (!enabled(level)) return;
  const auto shown = printable(text);
  logger().log(to_spdlog(level), "{}", shown);
  if (current_observer()) current_observer()(level, shown);
}

}  // namespace corten::log
