#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::http {

/// Bytes `first` to `last`, both included; to the end if `last` is absent.
struct ByteRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last = std::nullopt;

  bool operator==(const ByteRange&) const = default;
};

/// "bytes=1000-1999", the value of a Range header.
std::string to_string(const ByteRange& range);

/// What a 206 response holds (RFC 9110 section 14.4): "bytes 1000-1999/5000" or "bytes 1000-1999/*".
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::optional<std::uint64_t> total_bytes = std::nullopt;

  bool operator==(const ContentRange&) const = default;
};

/// Fails with data_loss on other text, on last < first and on last >= total.
Result<ContentRange> parse_content_range(std::string_view text);

}  // namespace corten::http
