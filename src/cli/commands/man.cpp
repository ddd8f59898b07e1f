#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/help.hpp"
#include "cli/manual.hpp"
#include "cli/program.hpp"

namespace corten::cli {
namespace {

struct ManOptions {
  std::string directory;
  std::vector<std::string> topic;
};

Result<> write_file(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "we");  // e: close-on-exec (glibc 2.7)
  if (file == nullptr) {
    const int err = errno;
    return fail_errno(err, "creating '{}'", path);
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  if (const bool closed = std::fclose(file) == 0; written && closed) return {};
  const int err = written ? errno : write_error;
  return fail_errno(err, "writing '{}'", path);
}

Result<> write_page(const CommandTable& table, const Command& command, const std::string& directory) {
  const auto path = fmt::format("{}/{}.1", directory, page_name(command));
  TRY(write_file(path, render_manual(table, command)));
  return {};
}

Result<int> run_man(const ManOptions& options, Context& context) {
  const auto topic = TRY(require_topic(context.table, options.topic));
  if (options.directory.empty()) {
    TRY(context.io().print(render_manual(context.table, *topic)));
    return kExitSuccess;
  }
  TRY(write_page(context.table, context.table.root(), options.directory));
  for (const auto* command : context.table.commands()) {
    if (!command->hidden) TRY(write_page(context.table, *command, options.directory));
  }
  return kExitSuccess;
}

constexpr std::array kFlags = {
    Flag{.name = "dir",
         .value = "DIR",
         .help = "Write the pages of all commands into this directory",
         .bind = bind<&ManOptions::directory>(),
         .complete = Completion::directory},
};

}  // namespace

constexpr Command kManCommand{
    .path = "man",
    .summary = "Print the manual page of a command",
    .doc = "Made for packages: the pages carry the same text as 'corten help'.",
    .arguments = {.usage = "[COMMAND...]",
                  .max = kUnlimited,
                  .bind = bind<&ManOptions::topic>(),
                  .complete = Completion::command},
    .flags = kFlags,
    .hidden = true,
    .execute = execute<ManOptions, run_man>,
};

}  // namespace corten::cli
