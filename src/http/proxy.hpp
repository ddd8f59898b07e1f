#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/url.hpp"

namespace corten::http {

/// A proxy to send requests through.
struct Proxy {
  std::string scheme;  ///< "http", "https", "socks5" or "socks5h" (the proxy resolves names).
  std::string host;    ///< As in Url::host().
  std::uint16_t port = 0;
  std::string user;  ///< Decoded; empty if the proxy asks for none.
  std::string password;

  /// "scheme://host:port": never the credentials.
  std::string to_string() const;

  bool operator==(const Proxy&) const = default;
};

/// "proxy:3128", "http://user:password@proxy:3128", "socks5h://[::1]". Without a scheme it is http; without a
/// port 80, 443 or 1080. A path is ignored.
Result<Proxy> parse_proxy(std::string_view text);

/// Which requests go through which proxy. Empty: none.
struct ProxySettings {
  std::optional<Proxy> http = {};          ///< For http:// URLs.
  std::optional<Proxy> https = {};         ///< For https:// URLs.
  std::vector<std::string> no_proxy = {};  ///< Rules, see choose_proxy().
};

/// Reads a variable; nothing when unset.
using EnvLookup = std::function<std::optional<std::string>(const char* name)>;

/// The settings that the environment asks for. Lower-case names win over upper-case ones and empty values
/// count as unset: http_proxy, https_proxy, all_proxy (for the scheme that has none of its own), no_proxy.
/// HTTP_PROXY is ignored when REQUEST_METHOD is set: in a CGI program the client chooses its value
/// (CVE-2016-5385). Errors name the variable.
Result<ProxySettings> parse_proxy_environment(const EnvLookup& lookup);
/// As above, from this process's environment.
Result<ProxySettings> load_proxy_settings();

/// The proxy for a URL, or none. Loopback hosts never go through a proxy. Rules of no_proxy, separated by
/// commas or white space:
///   *                      everything
///   example.com[:port]     that host and all below it
///   .example.com, *.example.com   only those below it
///   192.0.2.7[:port], [2001:db8::1]:443   that address
///   10.0.0.0/8, 2001:db8::/32      addresses in that network
/// Names are compared as text: nothing is looked up.
const Proxy* choose_proxy(const ProxySettings& settings, const Url& url);

}  // namespace corten::http
