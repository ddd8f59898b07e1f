#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "oci/reference.hpp"

namespace corten::registry {

/// Where one repository can be reached.
struct Endpoint {
  std::string host;        ///< "registry-1.docker.io", "localhost:5000": where requests go.
  std::string repository;  ///< "library/ubuntu", after the mirror's own prefix.
  std::string registry;    ///< What credentials are looked up under: "docker.io", or the mirror's host.
  bool insecure = false;   ///< http, or https whose certificate is not checked, is allowed.
  bool is_mirror = false;  ///< For reads only.
  bool tags = true;        ///< False for a mirror that is only to be asked for digests.

  bool operator==(const Endpoint&) const = default;
};

/// One [[registry.mirror]]. A location is "host[:port][/path]", the host in lower case.
struct MirrorRule {
  std::string location;
  bool insecure = false;
  bool digests = true;
  bool tags = true;
};

/// One [[registry]].
struct RegistryRule {
  std::string prefix;    ///< As a location; its host may begin with "*.".
  std::string location;  ///< Replaces the prefix. Empty: nothing is replaced.
  bool insecure = false;
  bool blocked = false;
  std::vector<MirrorRule> mirrors = {};
  std::string where = {};  ///< "FILE: line N", for messages.
};

/// Which registries have mirrors, are insecure or blocked: containers-registries.conf(5), version 2 (TOML):
///
///   [[registry]]
///   prefix = "docker.io"              # the longest matching prefix counts; "*.example.com" too
///   location = "docker.io"
///   insecure = false
///   blocked = false
///   [[registry.mirror]]
///   location = "mirror.example.com/dockerhub"
///   insecure = false
///   pull-from-mirror = "all"          # or digest-only, tag-only
///
/// Other members are accepted when they cannot change where images come from (unqualified-search-registries,
/// short-name-mode: names here always mean docker.io), and refused by name otherwise.
class RegistriesConfig {
 public:
  /// No file: everything is itself.
  RegistriesConfig() = default;

  /// `what` names the file in errors, which carry line and column. At most 1 MiB.
  static Result<RegistriesConfig> parse(std::string_view toml, std::string_view what);

  /// One file (--registries-conf, $CORTEN_REGISTRIES_CONF), which must exist.
  static Result<RegistriesConfig> load_file(const std::string& path);

  /// The first that exists: $CORTEN_REGISTRIES_CONF, $XDG_CONFIG_HOME/corten/registries.conf,
  /// /etc/corten/registries.conf, then those of the containers tools ($XDG_CONFIG_HOME/containers,
  /// /etc/containers). XDG_CONFIG_HOME is ~/.config by default. The files `*.conf` of the directory
  /// registries.conf.d beside it follow in the order of their names; a rule there replaces an earlier one for
  /// the same prefix. A variable that names a file means that file alone.
  static Result<RegistriesConfig> load();

  /// As load(), from `directories` ("/etc/corten"): the first with a registries.conf or registries.conf.d.
  static Result<RegistriesConfig> load_from(const std::vector<std::string>& directories);

  /// Mirrors in their order, the registry itself last. Mirrors that are not asked for what the reference says
  /// (a tag, a digest) are left out; those for digests only stay for a tag, with `tags` false, since its
  /// blobs have digests. permission_denied when the registry is blocked.
  Result<std::vector<Endpoint>> endpoints(const oci::Reference& reference) const;

 private:
  void add(RegistriesConfig later);

  std::vector<RegistryRule> rules_;
};

/// "localhost", 127.0.0.0/8 and ::1, with or without a port: plain http is no secret's leak there.
bool is_loopback_host(std::string_view host);

}  // namespace corten::registry
