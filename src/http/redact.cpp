#include <algorithm>

#include "base/strings.hpp"
#include "http/url.hpp"

namespace corten::http {
namespace {

constexpr std::string_view kHidden = "***";
constexpr std::size_t kMaxShownBytes = 512;

std::string redacted_query(std::string_view query) {
  std::string result;
  for (const auto pair : split(query, '&')) {
    if (!result.empty()) result += '&';
    // A piece without '=' may be a bare token.
    const auto parts = cut(pair, '=');
    if (parts) result.append(parts->before).append("=");
    if (!pair.empty()) result += kHidden;
  }
  return result;
}

void cut_long(std::string& text) {
  if (text.size() > kMaxShownBytes) text.replace(kMaxShownBytes, std::string::npos, "...");
}

}  // namespace

// For text that may be no URL: messages about malformed ones must not leak either. A password may hold any
// character then, so everything before the last '@' is hidden, wherever that stands.
std::string redacted_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  const auto start = scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
  std::string result(text.substr(0, start));
  auto rest = text.substr(start);
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    result.append(kHidden).append("@");
    rest.remove_prefix(at + 1);
  }
  const auto end = std::min(rest.find_first_of("?#"), rest.size());
  result += rest.substr(0, end);
  const auto fragment = rest.find('#');
  if (end < rest.size() && rest[end] == '?') {
    result.append("?").append(redacted_query(rest.substr(0, fragment).substr(end + 1)));
  }
  if (fragment != std::string_view::npos) result.append("#").append(kHidden);
  cut_long(result);
  return result;
}

std::string redacted_url(const Url& url) {
  auto result = url.origin() + url.path();
  if (url.query()) result.append("?").append(redacted_query(*url.query()));
  cut_long(result);
  return result;
}

}  // namespace corten::http
