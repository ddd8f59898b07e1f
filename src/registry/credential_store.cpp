#include "registry/credential_store.hpp"

#include <functional>
#include <utility>

#include "base/env.hpp"
#include "registry/config_file.hpp"
#include "registry/credential_helper.hpp"
#include "registry/docker_config.hpp"
#include "registry/server_address.hpp"
#include "sys/users.hpp"

namespace corten::registry {
namespace {

Result<DockerConfig> load(const CredentialStore& store, const std::string& directory) {
  const auto text = TRY(read_config_file(directory));
  return DockerConfig::parse(text, store.config_file());
}

Result<> change(const CredentialStore& store, const std::string& directory,
                const std::function<Result<>(DockerConfig&)>& edit) {
  return change_config_file(directory, [&](const std::string& text) -> Result<std::string> {
    auto config = TRY(DockerConfig::parse(text, store.config_file()));
    TRY(edit(config));
    return config.to_text();
  });
}

// The helper that is responsible for a registry, if one is.
Result<std::optional<CredentialHelper>> find_helper(const DockerConfig& config, std::string_view registry,
                                                    const CredentialStore& store, std::stop_token stop = {}) {
  const auto name = TRY(config.helper_of(registry));
  if (name.empty()) return std::nullopt;
  return TRY_CTX(CredentialHelper::create(name, std::move(stop)), "{}", store.config_file());
}

}  // namespace

Result<CredentialStore> CredentialStore::open(std::string directory) {
  CredentialStore store(std::move(directory));
  TRY(load(store, store.directory_));
  return store;
}

Result<std::string> CredentialStore::default_directory() {
  if (auto directory = find_nonempty_env("DOCKER_CONFIG")) return std::move(*directory);
  const auto home = TRY_CTX(sys::home_directory(), "looking for Docker's config.json");
  return home + "/.docker";
}

std::string CredentialStore::config_file() const { return directory_ + "/config.json"; }

Result<std::optional<Credentials>> CredentialStore::find(std::string_view registry,
                                                         std::stop_token stop) const {
  const auto name = registry_of_key(registry);
  const auto config = TRY(load(*this, directory_));
  const auto helper = TRY(find_helper(config, name, *this, std::move(stop)));
  if (helper) return helper->get(server_address(name));
  return config.find(name);
}

Result<CredentialStore::Kept> CredentialStore::save(std::string_view registry,
                                                    const Credentials& credentials) const {
  const auto name = registry_of_key(registry);
  const auto config = TRY(load(*this, directory_));
  const auto helper = TRY(find_helper(config, name, *this));
  if (helper) TRY(helper->store(server_address(name), credentials));
  // With a helper, an empty entry says that somebody is logged in, and an older plain one goes away.
  TRY(change(*this, directory_, [&](DockerConfig& changed) -> Result<> {
    if (!helper) return changed.set(name, credentials);
    changed.mark(name);
    return {};
  }));
  return helper ? Kept::helper : Kept::file;
}

Result<bool> CredentialStore::erase(std::string_view registry) const {
  const auto name = registry_of_key(registry);
  const auto config = TRY(load(*this, directory_));
  const auto helper = TRY(find_helper(config, name, *this));
  bool erased = false;
  if (helper) {
    const auto address = server_address(name);
    // Helpers do not say whether there was something to erase.
    const auto known = TRY(helper->get(address));
    if (known) TRY(helper->erase(address));
    erased = known.has_value();
  }
  if (!config.has(name)) return erased;
  TRY(change(*this, directory_, [&](DockerConfig& changed) -> Result<> {
    erased |= changed.erase(name);
    return {};
  }));
  return erased;
}

}  // namespace corten::registry
