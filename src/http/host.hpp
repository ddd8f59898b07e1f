#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Hosts as they stand in URLs and in proxy settings: names, IPv4 and IPv6 addresses.
namespace corten::http {

struct HostPort {
  std::string_view host;  ///< Without brackets if `bracketed`.
  std::string_view port;  ///< Empty when none is written.
  bool bracketed = false;
};

/// Splits "host", "host:port", "[v6]", "[v6]:port". Says nothing about whether the parts are valid, except
/// that an IPv6 address must stand in brackets.
Result<HostPort> split_host_port(std::string_view text);

/// A host in its normal form: names in lower case, IPv6 in RFC 5952 form. Refuses names that are not ASCII
/// letters, digits, '-', '_' and '.', and names that resolvers take for addresses ("127.1", "0x7f000001"),
/// because they would slip past rules about addresses.
Result<std::string> parse_host(std::string_view text);

/// An address as 16 bytes, IPv4 mapped into IPv6 (::ffff:0:0/96), so that one comparison serves both.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;  ///< Also true for an IPv4-mapped IPv6 address.

  bool operator==(const IpAddress&) const = default;
};
std::optional<IpAddress> find_ip(std::string_view text);

/// "localhost", names under it, 127.0.0.0/8, ::1. Names are not looked up.
bool is_loopback_host(std::string_view host);

}  // namespace corten::http
