#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
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

struct Info {
  StorePaths paths;
  bool rootless;
  std::string kernel;
  std::string machine;
  long cpus;
  std::uint64_t memory_bytes;
};

Result<Info> collect_info(const Context& context) {
  auto paths = TRY(context.paths());
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
  return Info{.paths = std::move(paths),
              .rootless = context.surroundings.uid != 0,
              .kernel = name.release,
              .machine = name.machine,
              .cpus = ::sysconf(_SC_NPROCESSORS_ONLN),
              .memory_bytes = std::uint64_t{memory.totalram} * memory.mem_unit};
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
      {"DockerRootDir", info.paths.root},
      {"RunRootDir", info.paths.run_root},
      {"Rootless", info.rootless},
  };
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
      build_info().version, info.paths.root, info.paths.run_root, info.rootless, info.kernel, info.machine,
      info.cpus, format_size_binary(info.memory_bytes));
}

Result<int> run_info(const InfoOptions& options, Context& context) {
  const auto info = TRY(collect_info(context));
  TRY(print_document(context.io(), options.format, info_json(info), info_text(info)));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "format",
         .letter = 'f',
         .value = "FORMAT",
         .help = "Print as json, or by a Go template",
         .bind = bind<&InfoOptions::format>()},
};

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
