#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace corten::term {

/// What stands at the start of a text.
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  ///< 0 only for an empty text
  bool valid = false;     ///< false: one byte that is not part of well-formed UTF-8 (RFC 3629)
};

CodePoint decode_code_point(std::string_view text);

/// Appends the code point as UTF-8; U+FFFD for surrogates and values over U+10FFFF.
void append_utf8(std::string& out, char32_t value);

/// How many code points, a byte that is not UTF-8 counting as one.
std::size_t count_code_points(std::string_view text);

/// The first `count` code points.
std::string_view first_code_points(std::string_view text, std::size_t count);

}  // namespace corten::term
