#include "http/host.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "base/strings.hpp"
#include "http/chars.hpp"

namespace corten::http {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 section 2.3.4, without the root's dot
constexpr std::size_t kMaxLabelBytes = 63;

std::string format_ip(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.v4;
  ::inet_ntop(v4 ? AF_INET : AF_INET6, address.bytes.data() + (v4 ? 12 : 0), text.data(), text.size());
  return text.data();
}

Result<> check_name(std::string_view name) {
  const auto allowed = [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  if (const auto bad = std::ranges::find_if_not(name, allowed); bad != name.end()) {
    return fail(Errc::invalid_argument, "host '{}' has a character that is not allowed at position {}", name,
                bad - name.begin());
  }
  auto labels = split(name, '.');
  if (labels.size() > 1 && labels.back().empty()) labels.pop_back();  // "host." is the absolute form
  for (const auto label : labels) {
    if (label.empty() || label.size() > kMaxLabelBytes) {
      return fail(Errc::invalid_argument, "host '{}' has an empty part or one over {} bytes", name,
                  kMaxLabelBytes);
    }
  }
  // As browsers do (WHATWG URL, "ends in a number"): such names reach inet_aton() in resolvers.
  const auto last = labels.back();
  if (std::ranges::all_of(last, is_digit) || last.starts_with("0x") || last.starts_with("0X")) {
    return fail(Errc::invalid_argument, "host '{}' ends in a number but is not an IPv4 address", name);
  }
  return {};
}

}  // namespace

Result<HostPort> split_host_port(std::string_view text) {
  if (!text.starts_with('[')) {
    if (std::ranges::count(text, ':') > 1) {
      return fail(Errc::invalid_argument,
                  "the host has more than one ':'; an IPv6 address must stand in brackets");
    }
    const auto parts = cut(text, ':');
    return HostPort{.host = parts ? parts->before : text, .port = parts ? parts->after : ""};
  }
  const auto end = text.find(']');
  if (end == std::string_view::npos) return fail(Errc::invalid_argument, "'[' without ']'");
  const auto host = text.substr(1, end - 1);
  const auto rest = text.substr(end + 1);
  if (!rest.empty() && rest[0] != ':') {
    return fail(Errc::invalid_argument, "expected ':' and a port after ']', found '{}'", rest);
  }
  if (!host.contains(':'))
    return fail(Errc::invalid_argument, "'{}' in brackets is not an IPv6 address", host);
  return HostPort{.host = host, .port = rest.empty() ? rest : rest.substr(1), .bracketed = true};
}

Result<std::string> parse_host(std::string_view text) {
  if (text.empty()) return fail(Errc::invalid_argument, "the host is missing");
  if (text.size() > kMaxHostBytes)
    return fail(Errc::invalid_argument, "the host is over {} bytes", kMaxHostBytes);
  if (const auto address = find_ip(text)) {
    // An IPv4-mapped address stays IPv6 text: it is written in brackets.
    if (!text.contains(':')) return format_ip(*address);
    auto plain = *address;
    plain.v4 = false;
    return format_ip(plain);
  }
  if (text.contains(':')) return fail(Errc::invalid_argument, "'{}' is not an IPv6 address", text);
  TRY(check_name(text));
  return to_lower(text);
}

std::optional<IpAddress> find_ip(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (::inet_pton(AF_INET, copy.c_str(), address.bytes.data() + kMapped.size()) == 1) {
    std::ranges::copy(kMapped, address.bytes.begin());
    address.v4 = true;
    return address;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) != 1) return std::nullopt;
  address.v4 = std::ranges::equal(kMapped, std::span(address.bytes).first(kMapped.size()));
  return address;
}

bool is_loopback_host(std::string_view host) {
  if (const auto address = find_ip(host)) {
    if (address->v4) return address->bytes[12] == 127;
    IpAddress v6_loopback;
    v6_loopback.bytes[15] = 1;
    return *address == v6_loopback;
  }
  auto name = to_lower(host);
  if (name.ends_with('.')) name.pop_back();
  return name == "localhost" || name.ends_with(".localhost");  // RFC 6761 section 6.3
}

}  // namespace corten::http
