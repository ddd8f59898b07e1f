#pragma once

// Internal to src/registry: Docker's config.json as a value.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "registry/credentials.hpp"

namespace corten::registry {

/// The members of config.json that speak of credentials (github.com/docker/cli, cli/config/configfile); all
/// others stay where and as they are. Registries are given as host[:port], "docker.io" for Docker Hub; keys
/// of the file are understood in each form that registry_of_key() knows.
///
/// Errors never show a value of the file, since any may be a secret.
class DockerConfig {
 public:
  /// `what` names the file in errors. Empty text is an empty file. data_loss for anything but one JSON object
  /// of at most 1 MiB whose known members have the right type.
  static Result<DockerConfig> parse(std::string_view text, std::string what);
  DockerConfig(DockerConfig&&) noexcept;
  DockerConfig& operator=(DockerConfig&&) noexcept;
  ~DockerConfig();

  /// As Docker writes it: indented by tabs, no line end at the end of the file.
  std::string to_text() const;

  /// The suffix of the helper program: the registry's own, else the default one. Empty for none, which
  /// `credHelpers` may also ask for.
  Result<std::string> helper_of(std::string_view registry) const;

  /// From `auths`; nothing for an entry without secrets, as stands there for those that a helper keeps.
  Result<std::optional<Credentials>> find(std::string_view registry) const;
  bool has(std::string_view registry) const;

  /// Sets them under the registry's own key. Further members of an entry stay.
  Result<> set(std::string_view registry, const Credentials& credentials);
  /// An entry without secrets: a helper has them.
  void mark(std::string_view registry);
  /// Every entry of the registry, under whatever key. False when there was none.
  bool erase(std::string_view registry);

 private:
  DockerConfig(std::unique_ptr<nlohmann::ordered_json> root, std::string what);
  nlohmann::ordered_json& entry(std::string_view registry);

  std::unique_ptr<nlohmann::ordered_json> root_;
  std::string what_;
};

}  // namespace corten::registry
