#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "http/retry.hpp"
#include "oci/reference.hpp"
#include "registry/credentials.hpp"
#include "registry/repository.hpp"

namespace corten::registry {

/// How much to trust a registry's connection, beyond what the configuration says of its host.
enum class TlsVerify : std::uint8_t {
  required,  ///< https with a valid certificate; plain http only for loopback and hosts called insecure.
  skipped,   ///< --tls-verify=false: certificates are not looked at and plain http is tried after https.
};

/// Credentials that the user gave for one command (--creds).
struct GivenCredentials {
  Credentials credentials;
  /// They are for the registry that this name leads to, and nobody else sees them: neither its mirrors nor
  /// other registries that the command comes to.
  oci::Reference reference;
};

struct ClientOptions {
  TlsVerify tls_verify = TlsVerify::required;
  /// For their registry in place of the stored ones.
  std::optional<GivenCredentials> credentials = {};
  /// --cert-dir: searched instead of the usual certs.d directories.
  std::optional<std::string> cert_dir = {};
  /// Path of registries.conf; the usual places when absent (registries_config.hpp).
  std::optional<std::string> registries_conf = {};
  /// Directory of Docker's config.json; $DOCKER_CONFIG or ~/.docker when absent.
  std::optional<std::string> docker_config_dir = {};
  http::RetryPolicy retry = {};
  /// Connections for one large blob (parallel ranged download); 1 turns it off.
  unsigned connections_per_blob = 3;
  std::stop_token stop = {};
  /// Told in words that a try failed and when the next one is: "registry answered 503, trying again in 2 s".
  /// Called from any thread.
  std::function<void(const std::string&)> on_retry = {};
};

/// The way to registries: configuration, credentials, connections and tokens, shared by all repositories
/// opened through it. Reads configuration files when created and loads libcurl with the first request.
/// Thread-safe.
class Client {
 public:
  static Result<Client> create(ClientOptions options = {});
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// No request yet. The repository shares what it needs with the client and may outlive it.
  Result<std::unique_ptr<Repository>> open(const oci::Reference& reference) const;

  /// Asks the registry whether it accepts the credentials (GET /v2/ with authentication): unauthenticated
  /// when it refuses. The identity token, if the registry gave one to keep in place of the password.
  Result<std::optional<std::string>> check_login(const std::string& registry,
                                                 const Credentials& credentials) const;

 private:
  struct Shared;
  explicit Client(std::shared_ptr<Shared> shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace corten::registry
