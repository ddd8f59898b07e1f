#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/parser.hpp"

// Words separated by NUL, as the kernel keeps a command line. Arguments must be among the words, in order.
namespace corten::cli {
namespace {

struct Options {
  bool all = false;
  std::string name;
  std::int64_t count = 0;
  std::vector<std::string> env;
};

constexpr Flag kFlags[] = {
    {.name = "all", .letter = 'a', .help = "", .bind = bind<&Options::all>()},
    {.name = "name", .help = "", .bind = bind<&Options::name>()},
    {.name = "count", .letter = 'n', .help = "", .bind = bind<&Options::count>()},
    {.name = "env", .letter = 'e', .help = "", .bind = bind<&Options::env>()},
};

void check(const std::vector<std::string>& words, FlagPlacement placement) {
  Options options;
  const auto parsed = parse_words({.flags = kFlags, .placement = placement}, words, &options);
  if (!parsed) {
    if (parsed.error().message().empty()) std::abort();
    return;
  }
  std::size_t next = 0;
  for (const auto& argument : parsed->arguments) {
    while (next < words.size() && words[next] != argument) ++next;
    if (next++ >= words.size()) std::abort();
  }
}

}  // namespace
}  // namespace corten::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0) {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(data[i]);
    }
  }
  corten::cli::check(words, corten::cli::FlagPlacement::anywhere);
  corten::cli::check(words, corten::cli::FlagPlacement::before_arguments);
  return 0;
}
