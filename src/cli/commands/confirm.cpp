#include "cli/commands/confirm.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::cli {
namespace {

constexpr std::size_t kMaxAnswer = 256;

// Byte by byte: what follows the line belongs to whoever reads next.
Result<std::string> read_line(Source& in) {
  std::string line;
  while (line.size() < kMaxAnswer) {
    std::array<std::uint8_t, 1> byte{};
    const auto count = TRY(in.read(byte));
    if (count == 0 || byte[0] == '\n') break;
    line.push_back(static_cast<char>(byte[0]));
  }
  return line;
}

}  // namespace

Result<bool> confirm(const Io& io, std::string_view question) {
  io.complain(fmt::format("{} [y/N] ", question));
  const auto answer = TRY_CTX(read_line(io.in), "reading the answer");
  return equal_ignoring_case(trim(answer), "y");
}

}  // namespace corten::cli
