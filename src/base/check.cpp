#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace corten::detail {

void check_failed(std::string_view condition, std::string_view why, const char* file, int line) {
  (void)std::fprintf(stderr, "corten: bug: %.*s (%.*s) at %s:%d\n", static_cast<int>(why.size()), why.data(),
                     static_cast<int>(condition.size()), condition.data(), file, line);
  std::abort();
}

}  // namespace corten::detail
