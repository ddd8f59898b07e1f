#include "http/url.hpp"

#include <algorithm>
#include <vector>

#include "base/strings.hpp"
#include "http/chars.hpp"
#include "http/host.hpp"
#include "http/percent.hpp"

namespace corten::http {
namespace {

constexpr std::size_t kMaxUrlBytes = std::size_t{16} * 1024;

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// The scheme of a reference (RFC 3986 section 3.1), or nothing when it is relative.
std::optional<std::string_view> find_scheme(std::string_view text) {
  const auto end = text.find_first_of(":/?#");
  if (end == std::string_view::npos || text[end] != ':' || end == 0 || !is_alpha(text[0]))
    return std::nullopt;
  const auto scheme = text.substr(0, end);
  const auto allowed = [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; };
  if (!std::ranges::all_of(scheme, allowed)) return std::nullopt;
  return scheme;
}

// RFC 3986 section 5.2.4. `path` starts with '/'.
std::string without_dot_segments(std::string_view path) {
  const auto segments = split(path.substr(1), '/');
  std::vector<std::string_view> kept;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    const bool dot = segments[i] == ".";
    const bool dots = segments[i] == "..";
    if (dots && !kept.empty()) kept.pop_back();
    if (!dot && !dots) kept.push_back(segments[i]);
    if ((dot || dots) && last) kept.emplace_back();
  }
  std::string result;
  for (const auto segment : kept) result.append("/").append(segment);
  return result.empty() ? "/" : result;
}

// Path or query text with what RFC 3986 does not allow there percent-encoded; '%' needs its two digits.
Result<std::string> with_encoded_strays(std::string_view text, std::string_view part) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
        return fail(Errc::invalid_argument, "'%' in the {} is not followed by two hexadecimal digits", part);
      }
      result += c;
    } else if (is_unreserved(c) || is_sub_delim(c) || std::string_view(":@/?").contains(c)) {
      result += c;
    } else {
      result += encode_query_value(text.substr(i, 1));
    }
  }
  return result;
}

Result<> check_characters(std::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    return fail(Errc::invalid_argument, "{} bytes are too long, at most {} are allowed", text.size(),
                kMaxUrlBytes);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i]) || text[i] == ' ') {
      return fail(Errc::invalid_argument, "space or control character at position {}", i);
    }
  }
  return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto parse_parts = [&]() -> Result<Url> {
    TRY(check_characters(text));
    const auto scheme = find_scheme(text);
    const auto lower = to_lower(scheme.value_or(""));
    if ((lower != "http" && lower != "https") || !text.substr(lower.size()).starts_with("://")) {
      return fail(Errc::invalid_argument, "must start with 'http://' or 'https://'");
    }
    Url url;
    url.scheme_ = lower;
    const auto rest = text.substr(lower.size() + 3);
    const auto end = std::min(rest.find_first_of("/?#"), rest.size());
    TRY(url.set_authority(rest.substr(0, end)));
    TRY(url.set_path_and_query(rest.substr(end)));
    return url;
  };
  return TRY_CTX(parse_parts(), "URL '{}'", redacted_url(text));
}

Result<> Url::set_authority(std::string_view authority) {
  auto host_and_port = authority;
  if (const auto parts = cut_last(authority, '@')) {
    // A second '@' would let two parsers see two hosts; so would a '\'.
    const auto allowed = [](char c) { return is_unreserved(c) || is_sub_delim(c) || c == ':' || c == '%'; };
    if (!std::ranges::all_of(parts->before, allowed) || !percent_decode(parts->before)) {
      return fail(Errc::invalid_argument, "the user name or password is not percent-encoded");
    }
    userinfo_ = parts->before;
    host_and_port = parts->after;
  }
  return set_host_and_port(host_and_port);
}

Result<> Url::set_host_and_port(std::string_view text) {
  const auto split_text = TRY(split_host_port(text));
  host_ = TRY(parse_host(split_text.host));
  port_ = default_port(scheme_);
  if (split_text.port.empty()) return {};
  const auto port = parse_uint64(split_text.port, "port");
  if (!port || *port == 0 || *port > 65535) {
    return fail(Errc::invalid_argument, "the port is not a number from 1 to 65535");
  }
  port_ = static_cast<std::uint16_t>(*port);
  return {};
}

Result<> Url::set_path_and_query(std::string_view text) {
  const auto without_fragment = text.substr(0, text.find('#'));
  const auto parts = cut(without_fragment, '?');
  const auto path = parts ? parts->before : without_fragment;
  const auto encoded = TRY(with_encoded_strays(path, "path"));
  path_ = encoded.empty() ? "/" : without_dot_segments(encoded);
  if (parts) query_ = TRY(with_encoded_strays(parts->after, "query"));
  return {};
}

Result<Url> Url::resolve(std::string_view reference) const {
  if (find_scheme(reference)) return parse(reference);
  if (reference.starts_with("//")) return parse(scheme_ + ":" + std::string(reference));

  std::string target = origin();
  if (reference.starts_with('/')) {
    target += reference;
  } else if (reference.starts_with('?')) {
    target.append(path_).append(reference);
  } else if (reference.empty() || reference.starts_with('#')) {
    target += path_;
    if (query_) target.append("?").append(*query_);
  } else {
    target.append(path_, 0, path_.rfind('/') + 1).append(reference);
  }
  auto resolved = TRY(parse(target));
  resolved.userinfo_ = userinfo_;
  return resolved;
}

std::string Url::authority() const {
  std::string text = host_.contains(':') ? "[" + host_ + "]" : host_;
  if (port_ != default_port(scheme_)) text.append(":").append(std::to_string(port_));
  return text;
}

std::string Url::to_string() const {
  auto text = origin() + path_;
  if (query_) text.append("?").append(*query_);
  return text;
}

Url Url::without_userinfo() const {
  auto copy = *this;
  copy.userinfo_.clear();
  return copy;
}

void Url::add_query(std::string_view name, std::string_view value) {
  std::string query = query_.value_or("");
  if (!query.empty()) query += '&';
  query.append(encode_query_value(name)).append("=").append(encode_query_value(value));
  query_ = std::move(query);
}

bool same_origin(const Url& a, const Url& b) {
  return a.scheme() == b.scheme() && a.host() == b.host() && a.port() == b.port();
}

}  // namespace corten::http
