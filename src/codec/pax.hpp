#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/timestamp.hpp"

/// The text inside pax extended headers (POSIX.1-2017 pax, "pax Extended Header"): records and the forms of
/// their values. For the tar reader and writer.
namespace corten::codec::detail {

struct PaxRecord {
  std::string_view key;
  std::string_view value;
};

/// Takes records of the form "LENGTH KEY=VALUE\n" off a header, in order. Keys are not empty and hold no NUL;
/// values are any bytes.
class PaxParser {
 public:
  explicit PaxParser(std::string_view header) : rest_(header), size_(header.size()) {}

  /// Nothing at the end of the header. Errors (data_loss) say at which byte of the header.
  Result<std::optional<PaxRecord>> next();

 private:
  std::string_view rest_;
  std::size_t size_;
};

/// `key` must hold no '='.
void append_pax_record(std::string& header, std::string_view key, std::string_view value);

/// A decimal number below 2^63, without sign. `what` names it in the error.
Result<std::uint64_t> parse_pax_number(std::string_view text, std::string_view what);

/// "-1.25": seconds and a fraction, of which digits after the ninth are cut.
Result<Timestamp> parse_pax_time(std::string_view text, std::string_view what);
/// The shortest form: no fraction when it is zero, no zeros at its end.
std::string format_pax_time(Timestamp time);

/// Base 64 of RFC 4648, '=' at the end optional; nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text);
/// Without '=' at the end, as libarchive writes it.
std::string encode_base64(std::string_view bytes);

/// %XX escapes; nothing for a malformed one.
std::optional<std::string> decode_percent(std::string_view text);
/// Escapes '%', '=', control and non-ASCII bytes, so that any name can stand in a record's key.
std::string encode_percent(std::string_view bytes);

}  // namespace corten::codec::detail
