#pragma once

#include <string>

#include "cli/program.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

/// What the verbs below `corten oci` share.
namespace corten::cli {

/// What the flags before the verb decided. Containers are recorded in --root, by default in `oci` of the run
/// root; the flag is not the store's of the same name.
Result<runtime::Settings> oci_settings(const Context& context);

/// "corten-oci version 0.1.0\ncommit: 1a2b3c4\nspec: 1.2.0\n": podman shows it, containerd reads the first
/// line.
std::string oci_version_text();

/// An error of any verb: one line on standard error, and one in the file of --log, where engines read it;
/// exit code 1.
int report_oci_error(const Context& context, const Error& error);

/// Warnings, and with --debug all that is done, go to the file of --log too.
void log_as_asked(const OciFlags& flags);

/// One record for --log in the format ("text", "json") that logrus has, which callers of runc parse.
std::string log_record(std::string_view format, std::string_view level, std::string_view text,
                       std::string_view time);

/// For verbs whose only option is the container.
struct OneContainer {
  std::string id;
};

}  // namespace corten::cli
