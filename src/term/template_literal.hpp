#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json_value.hpp"

namespace corten::term::detail {

/// The value of a Go number: decimal, 0x, 0o, 0b, leading-zero octal, underscores, fractions, exponents.
/// Nothing if it is malformed, out of the range of a 64-bit integer, or of a kind we do not have (complex,
/// hexadecimal fractions).
std::optional<JsonValue> parse_number_literal(std::string_view text);

/// The inside of a quoted text ("..." or '...', without the quotes) with Go's escapes resolved; nothing if
/// one is unknown.
std::optional<std::string> unquote(std::string_view inside, char quote);

/// The text as a Go string literal: "a\tb". Printable characters stay, unless `ascii_only`.
std::string quote(std::string_view text, bool ascii_only = false);

/// A code point as a Go character literal: 'x'.
std::string quote_character(char32_t value, bool ascii_only = false);

/// True if Go's fmt would print it as it is inside quotes.
bool is_printable(char32_t value);

}  // namespace corten::term::detail
