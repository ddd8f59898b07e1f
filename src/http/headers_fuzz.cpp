#include <array>
#include <cstdint>
#include <cstdlib>

#include "http/challenge.hpp"
#include "http/headers.hpp"
#include "http/range.hpp"
#include "http/retry.hpp"

// Everything that reads the value of a header a server chose.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto challenges = corten::http::parse_challenges(std::array{text});
  if (challenges) {
    for (const auto& challenge : *challenges) {
      if (challenge.scheme.empty() || (!challenge.token68.empty() && !challenge.params.empty())) std::abort();
    }
  }
  (void)corten::http::parse_content_range(text);
  const auto delay = corten::http::parse_retry_after(text, {.seconds = 1'700'000'000});
  if (delay && delay->count() < 0) std::abort();
  if (const auto field = corten::http::parse_header_line(text)) {
    corten::http::Headers headers;
    if (!headers.add(field->name, field->value)) std::abort();  // what is read can be sent
  }
  return 0;
}
