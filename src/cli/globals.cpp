#include "cli/globals.hpp"

#include <array>
#include <string_view>

namespace corten::cli {
namespace {

constexpr std::array<std::string_view, 6> kLevels = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 4> kProgressModes = {"auto", "tty", "plain", "json"};

constexpr std::array kFlags = {
    Flag{.name = "root",
         .value = "DIR",
         .help = "Where images, containers and volumes are kept",
         .bind = bind<&Globals::root>(),
         .default_text = "/var/lib/corten; without root ~/.local/share/corten",
         .env = "CORTEN_ROOT",
         .complete = Completion::directory},
    Flag{.name = "run-root",
         .value = "DIR",
         .help = "Where sockets and mounts of running containers are kept",
         .bind = bind<&Globals::run_root>(),
         .default_text = "/run/corten; without root $XDG_RUNTIME_DIR/corten",
         .env = "CORTEN_RUN_ROOT",
         .complete = Completion::directory},
    Flag{.name = "log-level",
         .letter = 'l',
         .value = "LEVEL",
         .help = "Least important messages to show: trace, debug, info, warn, error or off",
         .bind = bind<&Globals::log_level>(),
         .default_text = "warn",
         .env = "CORTEN_LOG_LEVEL",
         .choices = kLevels},
    Flag{.name = "progress",
         .value = "MODE",
         .help = "How long work shows its progress: auto, tty, plain or json",
         .bind = bind<&Globals::progress>(),
         .default_text = "auto",
         .choices = kProgressModes},
    Flag{.name = "debug",
         .letter = 'D',
         .help = "Show what is being done, as --log-level debug",
         .bind = bind<&Globals::debug>()},
    Flag{.name = "version",
         .letter = 'v',
         .help = "Print the version and quit",
         .bind = bind<&Globals::version>()},
};

}  // namespace

constexpr Command kRootCommand{
    .path = "",
    .summary = "Containers for machine learning, without a daemon",
    .doc = R"(
corten works directly on its store: there is no service to start, and an ordinary user needs no root.
Verbs, flags and exit codes are those of the Docker command line.)",
    .flags = kFlags,
};

}  // namespace corten::cli
