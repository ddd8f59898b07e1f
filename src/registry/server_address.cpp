#include "registry/server_address.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.hpp"
#include "http/host.hpp"
#include "oci/reference.hpp"

namespace corten::registry {
namespace {

constexpr std::string_view kDockerHubAddress = "https://index.docker.io/v1/";
constexpr std::array<std::string_view, 3> kDockerHubHosts = {"docker.io", "index.docker.io",
                                                             "registry-1.docker.io"};

Result<> check_port(std::string_view port) {
  if (port.empty()) return fail(Errc::invalid_argument, "expected a port after ':'");
  const auto number = TRY(parse_uint64(port, "port"));
  if (number == 0 || number > std::numeric_limits<std::uint16_t>::max()) {
    return fail(Errc::invalid_argument, "port {} is not between 1 and 65535", number);
  }
  return {};
}

}  // namespace

Result<> check_host_and_port(std::string_view text) {
  const auto parts = TRY(http::split_host_port(text));
  TRY(http::parse_host(parts.host));
  if (!text.ends_with(':') && parts.port.empty()) return {};
  return check_port(parts.port);
}

Result<std::string> parse_registry_name(std::string_view text) {
  auto registry = registry_of_key(text);
  TRY_CTX(check_host_and_port(registry), "'{}' is not the name of a registry", text);
  return registry;
}

std::string server_address(std::string_view registry) {
  return std::string(registry == oci::kDefaultRegistry ? kDockerHubAddress : registry);
}

std::string registry_of_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (key.starts_with(scheme)) {
      key.remove_prefix(scheme.size());
      break;
    }
  }
  auto host = to_lower(key.substr(0, key.find('/')));
  if (std::ranges::find(kDockerHubHosts, host) != kDockerHubHosts.end()) {
    return std::string(oci::kDefaultRegistry);
  }
  return host;
}

}  // namespace corten::registry
