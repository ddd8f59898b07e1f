#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::http {

/// Text as one path segment: everything but RFC 3986's pchar (without '%') becomes %XX, '/' included.
std::string encode_path_segment(std::string_view text);

/// Text as a name or value in a query: only unreserved characters stay, so '&', '=', '+' and ' ' are safe.
std::string encode_query_value(std::string_view text);

/// The bytes that percent-encoded text stands for; '+' stays '+'. Fails on '%' without two hex digits.
Result<std::string> percent_decode(std::string_view text);

}  // namespace corten::http
