#include <array>
#include <optional>
#include <string_view>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/globals.hpp"
#include "cli/oci/settings.hpp"

namespace corten::cli {
namespace {

// bind() for a member of Globals::oci.
template <auto Member>
constexpr Binding bind_oci() {
  using Value = typename detail::MemberPointer<decltype(Member)>::Value;
  return {.kind = detail::kBindingKind<Value>,
          .assign = [](void* globals, std::string_view text, std::string_view what) -> Result<> {
            return assign_value(static_cast<Globals*>(globals)->oci.*Member, text, what);
          }};
}

Result<std::optional<int>> prepare_oci(Context& context) {
  const auto& flags = context.globals.oci;
  if (flags.version) {
    TRY(context.io().print(oci_version_text()));
    return kExitSuccess;
  }
  if (flags.log_format != "text" && flags.log_format != "json") {
    return fail(Errc::invalid_argument, "--log-format: expected text or json, found '{}'", flags.log_format);
  }
  log_as_asked(flags);
  return std::nullopt;
}

constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
constexpr std::array<std::string_view, 3> kRootless = {"true", "false", "auto"};

constexpr std::array kFlags = {
    Flag{.name = "root",
         .value = "DIR",
         .help = "Where containers are recorded",
         .bind = bind_oci<&OciFlags::root>(),
         .default_text = "/run/corten/oci; without root $XDG_RUNTIME_DIR/corten/oci",
         .complete = Completion::directory},
    Flag{.name = "log",
         .value = "FILE",
         .help = "Write errors to this file too",
         .bind = bind_oci<&OciFlags::log>(),
         .complete = Completion::file},
    Flag{.name = "log-format",
         .value = "FORMAT",
         .help = "Format of that file: text or json",
         .bind = bind_oci<&OciFlags::log_format>(),
         .default_text = "text",
         .choices = kFormats},
    Flag{.name = "debug", .help = "Show what is being done", .bind = bind_oci<&OciFlags::debug>()},
    Flag{.name = "systemd-cgroup",
         .help = "Let systemd make the cgroups; cgroupsPath is then SLICE:PREFIX:NAME",
         .bind = bind_oci<&OciFlags::systemd_cgroup>()},
    Flag{.name = "rootless",
         .value = "MODE",
         .help = "Do without powers over the host: true, false or auto",
         .bind = bind_oci<&OciFlags::rootless>(),
         .default_text = "auto",
         .choices = kRootless},
    Flag{.name = "version",
         .letter = 'v',
         .help = "Print the version of the runtime and of the specification and quit",
         .bind = bind_oci<&OciFlags::version>()},
};

constexpr std::array kExamples = {
    Example{.text = "A container from a bundle", .line = "corten oci run --bundle /srv/web web"},
    Example{.text = "For podman", .line = "podman --runtime /usr/bin/corten-oci run IMAGE"},
};

}  // namespace

constexpr Command kOciCommand{
    .path = "oci",
    .group = Group::management,
    .summary = "Run containers as an OCI runtime",
    .doc = R"(
Makes a container of a bundle: a directory with a config.json (OCI runtime specification 1.2) and a root
filesystem. Engines such as podman and containerd do so with runc; corten takes the same command line, also under
the name corten-oci, for which 'oci' need not be written.

Every error is one line on standard error with exit code 1, and a record in the file of --log.)",
    .flags = kFlags,
    .examples = kExamples,
    .prepare = prepare_oci,
    .report = report_oci_error,
};

}  // namespace corten::cli
