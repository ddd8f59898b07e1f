#include "cli/oci/settings.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/log_observer.hpp"
#include "base/strings.hpp"
#include "base/timestamp.hpp"
#include "cli/exit_codes.hpp"
#include "cli/version.hpp"
#include "oci/runtime_spec/spec.hpp"
#include "sys/file.hpp"

namespace corten::cli {
namespace {

Result<std::string> absolute(const std::string& path) {
  if (path.empty()) return fail(Errc::invalid_argument, "--root: must not be empty, it names a directory");
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  if (error) return fail_errno(error.value(), "--root: '{}'", path);
  return whole.lexically_normal().string();
}

Result<bool> is_rootless(const OciFlags& flags) {
  if (flags.rootless == "true") return true;
  if (flags.rootless == "false") return false;
  if (flags.rootless == "auto") return runtime::is_rootless();
  return fail(Errc::invalid_argument, "--rootless: expected true, false or auto, found '{}'", flags.rootless);
}

// Excerpts and lists in hints have lines of their own, which would look like further messages.
std::string one_line(const Error& error) {
  auto text = error.message();
  if (!error.hint().empty()) text += fmt::format(" (hint: {})", error.hint());
  std::ranges::replace(text, '\n', ' ');
  return printable(text);
}

// The names of logrus.
std::string_view level_name(log::Level level) {
  switch (level) {
    case log::Level::trace:
    case log::Level::debug:
      return "debug";
    case log::Level::info:
      return "info";
    case log::Level::warning:
      return "warning";
    case log::Level::error:
    case log::Level::off:
      break;
  }
  return "error";
}

Result<> append_to_log(const OciFlags& flags, log::Level level, std::string_view text) {
  constexpr mode_t kMode = 0644;
  auto file = TRY(sys::open(flags.log, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, kMode));
  const auto record = log_record(flags.log_format, level_name(level), text, format_rfc3339(now()));
  TRY_CTX(sys::write_all(file, as_bytes(record)), "writing '{}'", flags.log);
  return file.close();
}

}  // namespace

Result<runtime::Settings> oci_settings(const Context& context) {
  const auto& flags = context.globals.oci;
  runtime::Settings settings{
      .root = {}, .systemd_cgroup = flags.systemd_cgroup, .own_version = std::string(build_info().version)};
  const auto run_root = context.run_root();
  if (run_root) {
    settings.filter_cache = *run_root + "/seccomp";
    settings.program_directory = *run_root + "/init";
  }
  if (flags.root) {
    settings.root = TRY(absolute(*flags.root));
  } else if (run_root) {
    settings.root = *run_root + "/oci";
  } else {
    return std::unexpected(run_root.error().clone());
  }
  settings.rootless = TRY(is_rootless(flags));
  return settings;
}

std::string oci_version_text() {
  const auto& info = build_info();
  return fmt::format("corten-oci version {}\ncommit: {}\nspec: {}\n", info.version, info.commit,
                     oci::kRuntimeSpecVersion);
}

std::string log_record(std::string_view format, std::string_view level, std::string_view text,
                       std::string_view time) {
  if (format == "json") {
    const Json record = {{"level", level}, {"msg", text}, {"time", time}};
    return to_json_text(record) + "\n";
  }
  return fmt::format("time=\"{}\" level={} msg={}\n", time, level, to_json_text(Json(text)));
}

void log_as_asked(const OciFlags& flags) {
  if (flags.debug) log::set_level(log::Level::debug);
  if (flags.log.empty()) {
    log::set_observer({});
    return;
  }
  // A file that cannot be written is told with the error, if there is one; a warning is not worth a second.
  log::set_observer(
      [flags](log::Level level, std::string_view text) { (void)append_to_log(flags, level, text); });
}

int report_oci_error(const Context& context, const Error& error) {
  const auto text = one_line(error);
  context.io().complain(fmt::format("corten-oci: {}\n", text));
  const auto& flags = context.globals.oci;
  if (!flags.log.empty()) {
    const auto logged = append_to_log(flags, log::Level::error, text);
    if (!logged)
      context.io().complain(fmt::format("corten-oci: --log: {}\n", printable(logged.error().message())));
  }
  return kExitFailure;
}

}  // namespace corten::cli
