#include "cli/version.hpp"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/format.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct VersionOptions {
  std::string format;
};

// Docker's names, without those that speak of a daemon: scripts read .Client.Version.
Json version_json(const BuildInfo& info) {
  const Json client = {
      {"Version", info.version},
      {"GitCommit", info.commit},
      {"Os", "linux"},
      {"Arch", build_architecture()},
  };
  return {{"Client", client}};
}

std::string version_text(const BuildInfo& info) {
  return fmt::format(
      "Client: corten\n"
      " Version:    {}\n"
      " Git commit: {}\n"
      " OS/Arch:    linux/{}\n",
      info.version, info.commit, build_architecture());
}

Result<int> run_version(const VersionOptions& options, Context& context) {
  const auto& info = build_info();
  TRY(print_document(context.io(), options.format, version_json(info), version_text(info)));
  return kExitSuccess;
}

constexpr std::array kFlags = {document_format_flag<&VersionOptions::format>()};

constexpr std::array kExamples = {
    Example{.text = "The same in one line", .line = "corten --version"},
    Example{.text = "The number alone, for a script",
            .line = "corten version --format '{{.Client.Version}}'"},
};

}  // namespace

constexpr Command kVersionCommand{
    .path = "version",
    .group = Group::common,
    .summary = "Show the version of corten",
    .doc = "There is no daemon, so unlike Docker's answer this one has only a client part.",
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<VersionOptions, run_version>,
};

}  // namespace corten::cli
