#include "http/proxy.hpp"

#include <algorithm>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "http/host.hpp"
#include "http/percent.hpp"

namespace corten::http {
namespace {

bool in_network(const IpAddress& address, std::string_view rule) {
  const auto parts = cut(rule, '/');
  if (!parts) return false;
  const auto network = find_ip(parts->before);
  const auto bits = parse_uint64(parts->after, "prefix");
  if (!network || !bits || network->v4 != address.v4) return false;
  const bool v4_text = !parts->before.contains(':');
  if (*bits > (v4_text ? 32U : 128U)) return false;
  const auto prefix = *bits + (v4_text ? 96U : 0U);
  for (std::size_t i = 0; i < prefix; ++i) {
    const auto mask = static_cast<unsigned>(0x80U >> (i % 8));
    if ((address.bytes[i / 8] & mask) != (network->bytes[i / 8] & mask)) return false;
  }
  return true;
}

bool matches_name(std::string_view host, std::string_view rule) {
  if (rule.starts_with("*.")) rule.remove_prefix(1);
  if (rule.starts_with('.')) return host.size() > rule.size() && host.ends_with(rule);
  return host == rule || (host.ends_with(rule) && host[host.size() - rule.size() - 1] == '.');
}

std::string_view without_last_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool matches_rule(const Url& url, std::string_view rule) {
  if (rule == "*") return true;
  const auto address = find_ip(url.host());
  if (rule.contains('/')) return address && in_network(*address, rule);
  auto host = rule;
  // A bare IPv6 address has many colons and no port.
  if (!find_ip(rule)) {
    const auto parts = split_host_port(rule);
    if (!parts) return false;
    if (!parts->port.empty() && parts->port != std::to_string(url.port())) return false;
    host = parts->host;
  }
  if (const auto ip = find_ip(host)) return address == ip;
  const auto name = to_lower(without_last_dot(host));
  return !address && !name.empty() && matches_name(without_last_dot(url.host()), name);
}

std::uint16_t default_proxy_port(std::string_view scheme) {
  if (scheme == "http") return 80;
  return scheme == "https" ? 443 : 1080;
}

struct Setting {
  const char* name = nullptr;
  std::string value;
};

std::optional<Setting> find_setting(const EnvLookup& lookup, std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    auto value = lookup(name);
    if (value && !trim(*value).empty()) return Setting{.name = name, .value = std::move(*value)};
  }
  return std::nullopt;
}

Result<std::optional<Proxy>> parse_setting(const std::optional<Setting>& setting) {
  if (!setting) return std::nullopt;
  return TRY_CTX(parse_proxy(trim(setting->value)), "environment variable {}", setting->name);
}

}  // namespace

std::string Proxy::to_string() const {
  const auto* format = host.contains(':') ? "{}://[{}]:{}" : "{}://{}:{}";
  return fmt::format(fmt::runtime(format), scheme, host, port);
}

Result<Proxy> parse_proxy(std::string_view text) {
  Proxy proxy;
  proxy.scheme = "http";
  auto rest = text;
  if (const auto end = text.find("://"); end != std::string_view::npos) {
    proxy.scheme = to_lower(text.substr(0, end));
    rest = text.substr(end + 3);
  }
  if (proxy.scheme != "http" && proxy.scheme != "https" && proxy.scheme != "socks5" &&
      proxy.scheme != "socks5h") {
    return fail(Errc::invalid_argument, "proxy '{}': the scheme must be http, https, socks5 or socks5h",
                redacted_url(text));
  }
  // What follows the scheme is the same as in an http URL; only the default port differs.
  const auto url = TRY_CTX(Url::parse("http://" + std::string(rest)), "reading the address of a proxy");
  proxy.host = url.host();
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto user_end = authority.rfind('@');
  const auto parts =
      TRY(split_host_port(user_end == std::string_view::npos ? authority : authority.substr(user_end + 1)));
  proxy.port = parts.port.empty() ? default_proxy_port(proxy.scheme) : url.port();
  const auto login = cut(url.userinfo(), ':');
  proxy.user = TRY(percent_decode(login ? login->before : url.userinfo()));
  proxy.password = TRY(percent_decode(login ? login->after : ""));
  return proxy;
}

Result<ProxySettings> parse_proxy_environment(const EnvLookup& lookup) {
  const bool cgi = lookup("REQUEST_METHOD").has_value();
  auto http = find_setting(lookup, {"http_proxy"});
  if (!http && !cgi) http = find_setting(lookup, {"HTTP_PROXY"});
  auto https = find_setting(lookup, {"https_proxy", "HTTPS_PROXY"});
  const auto all = find_setting(lookup, {"all_proxy", "ALL_PROXY"});
  const auto exceptions = find_setting(lookup, {"no_proxy", "NO_PROXY"});

  ProxySettings settings;
  settings.http = TRY(parse_setting(http ? http : all));
  settings.https = TRY(parse_setting(https ? https : all));
  if (exceptions) {
    auto text = exceptions->value;
    std::ranges::replace_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\n'; }, ',');
    for (const auto rule : split(text, ',')) {
      if (!rule.empty()) settings.no_proxy.emplace_back(rule);
    }
  }
  return settings;
}

Result<ProxySettings> load_proxy_settings() { return parse_proxy_environment(find_env); }

const Proxy* choose_proxy(const ProxySettings& settings, const Url& url) {
  const auto& proxy = url.is_https() ? settings.https : settings.http;
  if (!proxy || is_loopback_host(url.host())) return nullptr;
  const auto matches = [&](const std::string& rule) { return matches_rule(url, rule); };
  if (std::ranges::any_of(settings.no_proxy, matches)) return nullptr;
  return &*proxy;
}

}  // namespace corten::http
