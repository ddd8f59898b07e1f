#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "registry/credentials.hpp"

namespace corten::registry {

/// What `login` keeps and every request looks up: Docker's config.json (`auths`, `credHelpers`, `credsStore`)
/// and the credential helper programs it names (docker-credential-NAME, JSON on standard input and output,
/// github.com/docker/docker-credential-helpers). Other members of the file are kept as they are.
///
/// A registry is its host[:port]; docker.io is stored under "https://index.docker.io/v1/", as Docker does.
/// Thread-safe.
class CredentialStore {
 public:
  /// `directory` holds config.json, which need not exist. Reads it once; data_loss when it is no JSON object.
  static Result<CredentialStore> open(std::string directory);

  /// $DOCKER_CONFIG, else ~/.docker.
  static Result<std::string> default_directory();

  /// From the registry's own helper, the default helper, or the file, in Docker's order. Nothing when nobody
  /// knows any. A helper that is missing or fails is an error with its name.
  Result<std::optional<Credentials>> find(std::string_view registry) const;

  enum class Kept : std::uint8_t { helper, file };
  /// Where they went: in the file they are only encoded (mode 0600), which `login` warns of.
  Result<Kept> save(std::string_view registry, const Credentials& credentials) const;

  /// False when there were none.
  Result<bool> erase(std::string_view registry) const;

 private:
  explicit CredentialStore(std::string directory) : directory_(std::move(directory)) {}

  std::string directory_;
};

}  // namespace corten::registry
