#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "registry/credentials.hpp"

namespace corten::registry {

/// What `login` keeps and every request looks up: Docker's config.json (`auths`, `credHelpers`, `credsStore`)
/// and the credential helper programs it names (docker-credential-NAME, JSON on standard input and output,
/// github.com/docker/docker-credential-helpers). Other members of the file are kept as they are, in their
/// order.
///
/// A registry is its host[:port]; docker.io is stored under "https://index.docker.io/v1/", as Docker does,
/// and found under other names of it too. The file is read anew at each call, so another process's login
/// counts. Thread-safe.
class CredentialStore {
 public:
  /// `directory` holds config.json, which need not exist. data_loss when it is no JSON object.
  static Result<CredentialStore> open(std::string directory);

  /// $DOCKER_CONFIG, else ~/.docker.
  static Result<std::string> default_directory();

  /// The path of config.json, for messages.
  std::string config_file() const;

  /// From the registry's own helper, else the default helper, else the file. As in Docker, whoever comes
  /// first decides: a helper that knows none hides what the file has. Nothing when there are none. A helper
  /// that is missing or fails is an error with its name; `canceled` if `stop` is requested while it runs.
  Result<std::optional<Credentials>> find(std::string_view registry, std::stop_token stop = {}) const;

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
