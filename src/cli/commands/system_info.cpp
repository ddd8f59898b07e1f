#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "base/units.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/format.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "cli/version.hpp"

namespace corten::cli {
namespace {

struct InfoOptions {
  std::string format;
};

// A directory that corten would use, or why it has none: this command is how people find that out, so it does
// not fail of it.
struct Place {
  std::string path = {};
  std::string reason = {};
  std::string advice = {};
};

struct Info {
  Place root;
  Place run_root;
  bool rootless;
  std::string kernel;
  std::string machine;
  long cpus;
  std::uint64_t memory_bytes;
};

Result<Place> find_place(Result<std::string> path) {
  if (path) return Place{.path = std::move(*path)};
  auto& error = path.error();
  if (error.kind() != Errc::failed_precondition) return std::unexpected(std::move(error));
  return Place{.reason = error.message(), .advice = std::string(error.hint())};
}

Result<Info> collect_info(const Context& context) {
  auto root = TRY(find_place(context.root()));
  auto run_root = TRY(find_place(context.run_root()));
  utsname name{};
  if (::uname(&name) != 0) {
    const int err = errno;
    return fail_errno(err, "asking for the kernel's version");
  }
  struct sysinfo memory{};
  if (::sysinfo(&memory) != 0) {
    const int err = errno;
    return fail_errno(err, "asking for the size of memory");
  }
  return Info{.root = std::move(root),
              .run_root = std::move(run_root),
              .rootless = context.surroundings.uid != 0,
              .kernel = name.release,
              .machine = name.machine,
              .cpus = ::sysconf(_SC_NPROCESSORS_ONLN),
              .memory_bytes = std::uint64_t{memory.totalram} * memory.mem_unit};
}

std::vector<std::string> warnings_of(const Info& info) {
  std::vector<std::string> warnings;
  for (const auto* place : {&info.root, &info.run_root}) {
    if (place->path.empty()) warnings.push_back(fmt::format("{}; {}", place->reason, place->advice));
  }
  return warnings;
}

// The names of `docker system info --format json` where Docker has one.
Json info_json(const Info& info) {
  return {
      {"ServerVersion", build_info().version},
      {"OSType", "linux"},
      {"Architecture", info.machine},
      {"KernelVersion", info.kernel},
      {"NCPU", info.cpus},
      {"MemTotal", info.memory_bytes},
      {"DockerRootDir", info.root.path},
      {"RunRootDir", info.run_root.path},
      {"Rootless", info.rootless},
      {"Warnings", warnings_of(info)},
  };
}

std::string place_text(const Place& place) {
  return place.path.empty() ? fmt::format("(not set: {})", place.reason) : place.path;
}

std::string info_text(const Info& info) {
  return fmt::format(
      "Version: {}\n"
      "Root Dir: {}\n"
      "Run Root Dir: {}\n"
      "Rootless: {}\n"
      "Kernel Version: {}\n"
      "Architecture: {}\n"
      "CPUs: {}\n"
      "Total Memory: {}\n",
      build_info().version, place_text(info.root), place_text(info.run_root), info.rootless, info.kernel,
      info.machine, info.cpus, format_size_binary(info.memory_bytes));
}

Result<int> run_info(const InfoOptions& options, Context& context) {
  const auto info = TRY(collect_info(context));
  TRY(print_document(context.io(), options.format, info_json(info), info_text(info)));
  if (options.format.empty()) {
    for (const auto& warning : warnings_of(info)) {
      context.io().complain(fmt::format("WARNING: {}\n", printable(warning)));
    }
  }
  return kExitSuccess;
}

constexpr std::array kFlags = {document_format_flag<&InfoOptions::format>()};

constexpr std::array<std::string_view, 1> kAliases = {"info"};

constexpr std::array kExamples = {
    Example{.text = "Which store another user's corten works on", .line = "sudo -u alice corten system info"},
};

}  // namespace

constexpr Command kSystemInfoCommand{
    .path = "system info",
    .aliases = kAliases,
    .summary = "Show where corten keeps its store and what it runs on",
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<InfoOptions, run_info>,
};

}  // namespace corten::cli
