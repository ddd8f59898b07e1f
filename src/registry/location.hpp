#pragma once

// Internal to src/registry: the left part of a repository's name, as registries.conf has it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::registry {

enum class Wildcard : std::uint8_t { refused, allowed };

/// "host[:port][/path]" with the host in lower case and without slashes at the end. With a wildcard the host
/// may begin with "*.". Refuses schemes, tags and digests.
Result<std::string> parse_location(std::string_view text, Wildcard wildcard);

/// How much of `name` ("host/repository") the prefix covers: whole components only, so that "a.io/b" is not
/// the prefix of "a.io/bc" and "a.io" not of "a.io:5000/b". "*.a.io" covers the hosts below a.io.
std::optional<std::size_t> match_prefix(std::string_view name, std::string_view prefix);

}  // namespace corten::registry
