#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten {

/// The pieces between separators, empty ones included: split("a,,b", ',') is {"a", "", "b"}; "" is {""}.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The two sides of the first separator; nothing when it does not occur.
struct Cut {
  std::string_view before;
  std::string_view after;
};
std::optional<Cut> cut(std::string_view text, char separator);
/// As cut(), at the last separator.
std::optional<Cut> cut_last(std::string_view text, char separator);

/// Without white space (space, tab, CR, LF, VT, FF) at both ends.
std::string_view trim(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// ASCII only: bytes outside stay as they are, in every locale.
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Text from outside made safe for a terminal or a log line: control characters and bytes that are not UTF-8
/// become \xNN; newlines and tabs become \n and \t.
std::string printable(std::string_view text);

/// True for well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// Lower-case hexadecimal digits of the bytes.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// A whole decimal number, nothing around it; `what` names the value in the error: "--pids-limit".
Result<std::int64_t> parse_int64(std::string_view text, std::string_view what);
Result<std::uint64_t> parse_uint64(std::string_view text, std::string_view what);

}  // namespace corten
