#include "cli/sample_commands.hpp"

#include <array>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/exit_codes.hpp"

namespace corten::cli {
namespace {

constexpr std::array<std::string_view, 2> kNames = {"web", "db"};

constexpr std::array kRunFlags = {
    Flag{.name = "interactive",
         .letter = 'i',
         .help = "Keep input open",
         .bind = bind<&RunOptions::interactive>()},
    Flag{.name = "tty", .letter = 't', .help = "Make a terminal", .bind = bind<&RunOptions::tty>()},
    Flag{.name = "rm", .help = "Remove afterwards", .bind = bind<&RunOptions::remove>()},
    Flag{.name = "name",
         .value = "NAME",
         .help = "Name of the container",
         .bind = bind<&RunOptions::name>(),
         .choices = kNames},
    Flag{.name = "count",
         .letter = 'n',
         .value = "NUMBER",
         .help = "How many",
         .bind = bind<&RunOptions::count>(),
         .default_text = "1",
         .env = "SAMPLE_COUNT"},
    Flag{.name = "env",
         .letter = 'e',
         .value = "NAME=VALUE",
         .help = "Set a variable",
         .bind = bind<&RunOptions::env>()},
    Flag{.name = "secret", .help = "Nobody knows", .bind = bind<&RunOptions::remove>(), .hidden = true},
};

struct WordsOptions {
  std::vector<std::string> words;
};

Result<int> run_run(const RunOptions& options, Context& context) {
  TRY(context.io().print(fmt::format("i{:d} t{:d} rm{:d} name={} count={} env={} words={}\n",
                                     options.interactive, options.tty, options.remove, options.name,
                                     options.count.value_or(-1), join(options.env, ","),
                                     join(options.words, " "))));
  return 7;
}

Result<int> run_words(const WordsOptions& options, Context& context) {
  TRY(context.io().print(join(options.words, " ") + "\n"));
  return kExitSuccess;
}

Result<int> run_fail(const WordsOptions& /*options*/, Context& /*context*/) {
  return with_hint(fail(Errc::not_found, "no image '\x1b[31mred'"), "run 'corten pull'");
}

constexpr Command kRun{
    .path = "run",
    .group = Group::common,
    .summary = "Run a command in a new container",
    .doc = "The first paragraph\nof two lines.\n\n  kept as it is\n\nThe second.",
    .arguments = {.usage = "IMAGE [ARG...]",
                  .min = 1,
                  .max = kUnlimited,
                  .bind = bind<&RunOptions::words>(),
                  .flags = FlagPlacement::before_arguments},
    .flags = kRunFlags,
    .execute = execute<RunOptions, run_run>,
};
constexpr Command kImage{.path = "image", .group = Group::management, .summary = "Manage images"};
constexpr std::array<std::string_view, 1> kListAliases = {"images"};
constexpr Command kImageList{
    .path = "image ls",
    .aliases = kListAliases,
    .summary = "List images",
    .execute = execute<WordsOptions, run_words>,
};
constexpr Command kTag{
    .path = "tag",
    .summary = "Give an image a second name",
    .arguments = {.usage = "SOURCE TARGET", .min = 2, .max = 2, .bind = bind<&WordsOptions::words>()},
    .execute = execute<WordsOptions, run_words>,
};
constexpr Command kFail{
    .path = "fail",
    .summary = "Fail",
    .hidden = true,
    .execute = execute<WordsOptions, run_fail>,
};

}  // namespace

std::span<const Flag> sample_flags() { return kRunFlags; }

const CommandTable& sample_table() {
  static constexpr std::array kCommands = {&kRun, &kImage, &kImageList, &kTag, &kFail};
  static constexpr CommandTable kTable(kRootCommand, kCommands);
  return kTable;
}

Session run_in_memory(const CommandTable& table, const std::vector<std::string>& words,
                      const Variables& variables, unsigned uid) {
  MemorySource in{std::string_view()};
  MemorySink out;
  MemorySink err;
  const auto find = [&](std::string_view name) -> std::optional<std::string> {
    for (const auto& [variable, value] : variables) {
      if (variable == name) return value;
    }
    return std::nullopt;
  };
  const Surroundings surroundings = {.io = {.in = in, .out = out, .err = err}, .find_env = find, .uid = uid};
  const int code = run_program(table, words, surroundings);
  return {.code = code, .out = out.take(), .err = err.take()};
}

}  // namespace corten::cli
