#include "runtime/container_id.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxBytes = 1024;

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
         c == '-' || c == '.';
}

}  // namespace

Result<ContainerId> ContainerId::parse(std::string_view text) {
  if (text.empty()) return fail(Errc::invalid_argument, "container id: must not be empty");
  if (text.size() > kMaxBytes) {
    return fail(Errc::invalid_argument, "container id: {} bytes long, at most {} are allowed", text.size(),
                kMaxBytes);
  }
  if (text == "." || text == ".." || !std::ranges::all_of(text, is_allowed)) {
    return with_hint(fail(Errc::invalid_argument, "container id '{}': invalid format", printable(text)),
                     "letters, digits and _ + - . are allowed");
  }
  return ContainerId(std::string(text));
}

}  // namespace corten::runtime
