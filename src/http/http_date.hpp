#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/timestamp.hpp"

namespace corten::http {

/// The three forms of RFC 9110 section 5.6.7, all of which a recipient must accept:
///   Sun, 06 Nov 1994 08:49:37 GMT     Sunday, 06-Nov-94 08:49:37 GMT     Sun Nov  6 08:49:37 1994
/// `now` decides the century of a two-digit year. The name of the day is not checked against the date.
Result<Timestamp> parse_http_date(std::string_view text, Timestamp now);

}  // namespace corten::http
