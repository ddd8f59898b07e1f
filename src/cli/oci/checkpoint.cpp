#include <array>
#include <string>
#include <vector>

#include "cli/commands/all.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

// Taken, so that the answer is about the verb and not about a flag.
struct CheckpointOptions {
  std::vector<std::string> words;
  std::vector<std::string> values;
  bool on = false;
};

constexpr Flag value_flag(std::string_view name, char letter = '\0') {
  return {.name = name,
          .letter = letter,
          .value = "VALUE",
          .help = "Not supported",
          .bind = bind<&CheckpointOptions::values>(),
          .hidden = true};
}

constexpr Flag switch_flag(std::string_view name, char letter = '\0') {
  return {.name = name,
          .letter = letter,
          .help = "Not supported",
          .bind = bind<&CheckpointOptions::on>(),
          .hidden = true};
}

constexpr std::array kFlags = {
    value_flag("bundle", 'b'),
    value_flag("console-socket"),
    value_flag("empty-ns"),
    value_flag("image-path"),
    value_flag("lsm-mount-context"),
    value_flag("lsm-profile"),
    value_flag("manage-cgroups-mode"),
    value_flag("page-server"),
    value_flag("parent-path"),
    value_flag("pid-file"),
    value_flag("status-fd"),
    value_flag("work-path"),
    switch_flag("auto-dedup"),
    switch_flag("detach", 'd'),
    switch_flag("ext-unix-sk"),
    switch_flag("file-locks"),
    switch_flag("lazy-pages"),
    switch_flag("leave-running"),
    switch_flag("no-pivot"),
    switch_flag("no-subreaper"),
    switch_flag("shell-job"),
    switch_flag("tcp-established"),
};

Result<int> refuse(const CheckpointOptions& /*options*/, Context& /*context*/) {
  return with_hint(
      fail(Errc::unsupported,
           "checkpoint and restore are not supported: corten saves no containers to disk (CRIU)"),
      "pause and resume keep one in memory");
}

}  // namespace

constexpr Command kOciCheckpointCommand{
    .path = "oci checkpoint",
    .summary = "Answer that containers cannot be saved",
    .arguments = {.usage = "ID", .max = kUnlimited, .bind = bind<&CheckpointOptions::words>()},
    .flags = kFlags,
    .hidden = true,
    .execute = execute<CheckpointOptions, refuse>,
};

constexpr Command kOciRestoreCommand{
    .path = "oci restore",
    .summary = "Answer that containers cannot be restored",
    .arguments = {.usage = "ID", .max = kUnlimited, .bind = bind<&CheckpointOptions::words>()},
    .flags = kFlags,
    .hidden = true,
    .execute = execute<CheckpointOptions, refuse>,
};

}  // namespace corten::cli
