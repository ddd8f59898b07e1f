#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "cli/program.hpp"

/// A small table of commands in Docker's image, for tests of what the real commands do not show yet.
namespace corten::cli {

struct RunOptions {
  bool interactive = false;
  bool tty = false;
  bool remove = false;
  std::string name = {};
  std::optional<std::int64_t> count = {};
  std::vector<std::string> env = {};
  std::vector<std::string> words = {};

  bool operator==(const RunOptions&) const = default;
};

/// The flags of the sample `run`: -i, -t, --rm, --name, -n/--count, -e/--env, and --secret, which is hidden.
std::span<const Flag> sample_flags();

/// run IMAGE [ARG...] (pass-through), image (a group) with image ls (also `images`), tag A B, and `fail`,
/// which fails with not_found and control characters in its message.
const CommandTable& sample_table();

/// The whole program in memory.
struct Session {
  int code = 0;
  std::string out;
  std::string err;
};
using Variables = std::vector<std::pair<std::string, std::string>>;
Session run_in_memory(const CommandTable& table, const std::vector<std::string>& words,
                      const Variables& variables = {}, unsigned uid = 1000);

}  // namespace corten::cli
