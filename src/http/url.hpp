#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::http {

/// An absolute http or https URL (RFC 3986), normalised: scheme and host in lower case, the default port left
/// out, "." and ".." segments resolved, no fragment. A Url that exists is safe to put into a request line.
class Url {
 public:
  /// At most 16 KiB of ASCII (signed download URLs reach 4 KiB). Spaces and control characters are refused;
  /// characters that RFC 3986 does not allow but that servers send (`|`, `"`, bytes over 127) are encoded in
  /// path and query. Errors are invalid_argument and show the text redacted.
  static Result<Url> parse(std::string_view text);

  /// The target of a reference found at this URL, such as a Location header (RFC 3986 section 5.2). The user
  /// info is that of the reference; a relative one keeps ours.
  Result<Url> resolve(std::string_view reference) const;

  /// "http" or "https".
  const std::string& scheme() const { return scheme_; }
  bool is_https() const { return scheme_ == "https"; }
  /// "user:password" still percent-encoded, or empty.
  const std::string& userinfo() const { return userinfo_; }
  /// A name, an IPv4 address, or an IPv6 address without its brackets.
  const std::string& host() const { return host_; }
  /// Never 0: the scheme's default if none was written.
  std::uint16_t port() const { return port_; }
  /// Starts with '/'.
  const std::string& path() const { return path_; }
  /// Without '?', as written; nothing when there is no '?'.
  const std::optional<std::string>& query() const { return query_; }

  /// "host[:port]", with brackets for IPv6 and without a default port.
  std::string authority() const;
  /// What credentials belong to: "https://host[:port]".
  std::string origin() const { return scheme_ + "://" + authority(); }
  /// The whole URL without user info: that goes into a header, never into a request line or a message.
  std::string to_string() const;

  Url without_userinfo() const;
  /// Adds "name=value" to the query, both encoded.
  void add_query(std::string_view name, std::string_view value);

  bool operator==(const Url&) const = default;

 private:
  Url() = default;

  Result<> set_authority(std::string_view authority);
  Result<> set_host_and_port(std::string_view text);
  Result<> set_path_and_query(std::string_view text);

  std::string scheme_;
  std::string userinfo_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string path_;
  std::optional<std::string> query_;
};

/// True if both have the same scheme, host and port: the only case in which credentials may travel along.
bool same_origin(const Url& a, const Url& b);

/// A URL for messages and logs: user info, values of the query and the fragment are replaced by "***" (signed
/// URLs are passwords), names stay; over 512 bytes are cut. The first takes any text, and when in doubt hides
/// more.
std::string redacted_url(std::string_view text);
std::string redacted_url(const Url& url);

}  // namespace corten::http
