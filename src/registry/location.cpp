#include "registry/location.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "oci/reference.hpp"
#include "registry/server_address.hpp"

namespace corten::registry {
namespace {

constexpr std::string_view kWildcard = "*.";

// A path is one as in a repository, which the references know: with some host before and some name behind.
Result<> check_path(std::string_view path) {
  const auto reference = oci::Reference::parse(fmt::format("example.com/{}/x", path));
  if (reference && reference->repository() == fmt::format("{}/x", path)) return {};
  return fail(Errc::invalid_argument,
              "'{}' is no path of a repository: expected lower-case letters and digits, joined by '.', '_', "
              "'-' or '/'",
              path);
}

}  // namespace

Result<std::string> parse_location(std::string_view text, Wildcard wildcard) {
  if (text.contains("://")) {
    return fail(Errc::invalid_argument, "'{}' has a scheme; expected host[:port][/path]", text);
  }
  auto rest = text.substr(0, text.find_last_not_of('/') + 1);
  const bool has_wildcard = rest.starts_with(kWildcard);
  if (has_wildcard && wildcard == Wildcard::refused) {
    return fail(Errc::invalid_argument, "'{}' has a wildcard, which only a prefix may have", text);
  }
  if (has_wildcard) rest.remove_prefix(kWildcard.size());
  const auto parts = cut(rest, '/');
  const auto host = parts ? parts->before : rest;
  TRY(check_host_and_port(host));
  std::string location;
  if (has_wildcard) location += kWildcard;
  location += to_lower(host);
  if (!parts) return location;
  TRY(check_path(parts->after));
  location.append("/").append(parts->after);
  return location;
}

std::optional<std::size_t> match_prefix(std::string_view name, std::string_view prefix) {
  std::size_t start = 0;
  if (prefix.starts_with(kWildcard)) {
    prefix.remove_prefix(1);
    // Where the part that is written out would begin if the host is below it.
    const auto suffix = prefix.substr(0, prefix.find('/'));
    const auto host = name.substr(0, name.find('/'));
    if (host.size() <= suffix.size()) return std::nullopt;
    start = host.size() - suffix.size();
  }
  const auto rest = name.substr(start);
  if (!rest.starts_with(prefix)) return std::nullopt;
  if (rest.size() > prefix.size() && rest[prefix.size()] != '/') return std::nullopt;
  return start + prefix.size();
}

}  // namespace corten::registry
