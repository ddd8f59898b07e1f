#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

/// The names that users, Docker's config.json and credential helpers have for a registry.
namespace corten::registry {

/// The host[:port] of a registry as users type it for `login`: "ghcr.io", "https://ghcr.io/v2/",
/// "[::1]:5000". Docker Hub is "docker.io" under each of its names. invalid_argument for what is no host; the
/// text may be a mistyped password, but it is a name on a command line, so errors show it.
Result<std::string> parse_registry_name(std::string_view text);

/// Whether a text is host[:port], an IPv6 address in brackets, a port from 1 to 65535.
Result<> check_host_and_port(std::string_view text);

/// What credentials are stored under: the host[:port] itself, and "https://index.docker.io/v1/" for
/// docker.io.
std::string server_address(std::string_view registry);

/// The registry that a key of `auths` or `credHelpers` means, however it was written: older programs put a
/// scheme before the host and a path behind it. Any text is taken.
std::string registry_of_key(std::string_view key);

}  // namespace corten::registry
