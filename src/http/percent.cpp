#include "http/percent.hpp"

#include "http/chars.hpp"

namespace corten::http {
namespace {

template <typename Keep>
std::string encode(std::string_view text, Keep keep) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";  // RFC 3986 section 2.1: upper case
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (keep(c)) {
      result += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    result += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  return result;
}

}  // namespace

std::string encode_path_segment(std::string_view text) {
  return encode(text, [](char c) { return is_unreserved(c) || is_sub_delim(c) || c == ':' || c == '@'; });
}

std::string encode_query_value(std::string_view text) { return encode(text, is_unreserved); }

Result<std::string> percent_decode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return fail(Errc::invalid_argument, "'%' at position {} is not followed by two hexadecimal digits", i);
    }
    result += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return result;
}

}  // namespace corten::http
