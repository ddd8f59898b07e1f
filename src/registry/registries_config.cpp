#include "registry/registries_config.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "base/env.hpp"
#include "base/strings.hpp"
#include "http/host.hpp"
#include "registry/location.hpp"
#include "registry/server_address.hpp"
#include "registry/user_directories.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"

namespace corten::registry {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
// Docker Hub's registry is not at the host that stands in names (github.com/moby/moby, registry/config.go).
constexpr std::string_view kDockerHubHost = "registry-1.docker.io";

Endpoint make_endpoint(std::string_view host, std::string_view repository) {
  auto registry = registry_of_key(host);
  Endpoint endpoint{.host = std::string(host), .repository = std::string(repository), .registry = registry};
  if (registry != oci::kDefaultRegistry) return endpoint;
  endpoint.host = kDockerHubHost;
  if (!repository.contains('/')) endpoint.repository = fmt::format("library/{}", repository);
  return endpoint;
}

// `name` with its first `matched` bytes replaced by a location.
Result<Endpoint> rewrite(std::string_view name, std::size_t matched, const std::string& location,
                         const RegistryRule& rule) {
  const auto rewritten = location.empty() ? std::string(name) : location + std::string(name.substr(matched));
  const auto parts = cut(rewritten, '/');
  if (!parts) {
    return fail(Errc::invalid_argument, "{}: with the location '{}' no repository is left of '{}'",
                rule.where, location, name);
  }
  return make_endpoint(parts->before, parts->after);
}

// What a prefix says about the name: "a.io" says more of a.io than "*.io" does, of the same length.
std::size_t precision(const RegistryRule& rule) {
  return rule.prefix.starts_with("*.") ? rule.prefix.size() - 2 : rule.prefix.size();
}

const RegistryRule* find_rule(const std::vector<RegistryRule>& rules, std::string_view name) {
  const RegistryRule* best = nullptr;
  for (const auto& rule : rules) {
    if (!match_prefix(name, rule.prefix)) continue;
    if (best == nullptr || precision(rule) > precision(*best)) best = &rule;
  }
  return best;
}

std::vector<std::string> config_directories() {
  std::vector<std::string> directories;
  const auto config_home = user_config_directory();
  if (config_home) directories.push_back(*config_home + "/corten");
  directories.emplace_back("/etc/corten");
  if (config_home) directories.push_back(*config_home + "/containers");
  directories.emplace_back("/etc/containers");
  return directories;
}

// Nothing when there is no such directory.
Result<std::optional<std::vector<std::string>>> find_dropins(const std::string& path) {
  const auto directory = sys::open(path, O_RDONLY | O_DIRECTORY);
  if (!directory && directory.error().kind() == Errc::not_found) return std::nullopt;
  if (!directory) return std::unexpected(directory.error().clone());
  std::vector<std::string> names;
  sys::DirectoryReader reader(*directory);
  while (true) {
    auto entry = TRY_CTX(reader.next(), "reading '{}'", path);
    if (!entry) break;
    if (entry->name.ends_with(".conf")) names.push_back(std::move(entry->name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Result<RegistriesConfig> RegistriesConfig::load_file(const std::string& path) {
  const auto text = TRY(sys::read_file(sys::BorrowedFd::cwd(), path, kMaxBytes));
  return parse(text, path);
}

Result<RegistriesConfig> RegistriesConfig::load() {
  if (const auto path = find_nonempty_env("CORTEN_REGISTRIES_CONF")) {
    return TRY_CTX(load_file(*path), "reading CORTEN_REGISTRIES_CONF");
  }
  return load_from(config_directories());
}

Result<RegistriesConfig> RegistriesConfig::load_from(const std::vector<std::string>& directories) {
  for (const auto& directory : directories) {
    auto main = load_file(directory + "/registries.conf");
    const bool missing = !main && main.error().kind() == Errc::not_found;
    if (!main && !missing) return main;
    const auto dropins = TRY(find_dropins(directory + "/registries.conf.d"));
    if (missing && !dropins) continue;
    auto config = missing ? RegistriesConfig() : std::move(*main);
    for (const auto& name : dropins.value_or(std::vector<std::string>())) {
      auto later = TRY(load_file(fmt::format("{}/registries.conf.d/{}", directory, name)));
      config.add(std::move(later));
    }
    return config;
  }
  return RegistriesConfig();
}

void RegistriesConfig::add(RegistriesConfig later) {
  for (auto& rule : later.rules_) {
    std::erase_if(rules_, [&](const RegistryRule& earlier) { return earlier.prefix == rule.prefix; });
    rules_.push_back(std::move(rule));
  }
}

Result<std::vector<Endpoint>> RegistriesConfig::endpoints(const oci::Reference& reference) const {
  const auto registry = to_lower(reference.registry());
  const auto name = registry + "/" + reference.repository();
  std::vector<Endpoint> endpoints;
  const auto* rule = find_rule(rules_, name);
  if (rule == nullptr) {
    endpoints.push_back(make_endpoint(registry, reference.repository()));
    return endpoints;
  }
  if (rule->blocked) {
    return with_hint(
        fail(Errc::permission_denied, "'{}' is blocked by {}", reference.familiar_name(), rule->where),
        "ask whoever administers this host, or take 'blocked' out of that file");
  }
  const auto matched = *match_prefix(name, rule->prefix);
  for (const auto& mirror : rule->mirrors) {
    if (reference.digest() && !mirror.digests) continue;
    auto endpoint = TRY(rewrite(name, matched, mirror.location, *rule));
    endpoint.insecure = mirror.insecure;
    endpoint.is_mirror = true;
    endpoint.tags = mirror.tags;
    endpoints.push_back(std::move(endpoint));
  }
  auto own = TRY(rewrite(name, matched, rule->location, *rule));
  own.insecure = rule->insecure;
  endpoints.push_back(std::move(own));
  return endpoints;
}

bool is_loopback_host(std::string_view host) {
  const auto parts = http::split_host_port(host);
  return parts && http::is_loopback_host(parts->host);
}

}  // namespace corten::registry
