#include "registry/client.hpp"

#include "base/env.hpp"
#include "registry/certs.hpp"
#include "registry/context.hpp"
#include "registry/credential_store.hpp"
#include "registry/peer.hpp"
#include "registry/remote_repository.hpp"

namespace corten::registry {
namespace {

using FindCredentials = std::function<Result<std::optional<Credentials>>(const std::string&)>;

Result<std::string> credential_directory(const ClientOptions& options) {
  if (options.docker_config_dir) return *options.docker_config_dir;
  return CredentialStore::default_directory();
}

Result<FindCredentials> stored_credentials(const ClientOptions& options) {
  const auto directory = credential_directory(options);
  // A user without a home has no stored credentials, and needs none for public images.
  if (!directory) return FindCredentials();
  auto store = TRY(CredentialStore::open(*directory));
  return [store = std::move(store), stop = options.stop](const std::string& registry) {
    return store.find(registry, stop);
  };
}

Result<FindCredentials> credential_lookup(const ClientOptions& options, const RegistriesConfig& config) {
  auto stored = TRY(stored_credentials(options));
  if (!options.credentials) return stored;
  // The registry itself is the last, after its mirrors.
  const auto endpoints = TRY(config.endpoints(options.credentials->reference));
  return [given = options.credentials->credentials, owner = endpoints.back().registry,
          stored = std::move(stored)](const std::string& registry) -> Result<std::optional<Credentials>> {
    if (registry == owner) return given;
    if (!stored) return std::nullopt;
    return stored(registry);
  };
}

std::function<Result<http::TlsOptions>(const std::string&)> tls_lookup(const ClientOptions& options) {
  if (options.cert_dir) {
    return
        [directory = *options.cert_dir](const std::string&) { return load_certificate_directory(directory); };
  }
  return [directories = certificate_directories()](const std::string& host) {
    return find_certificates(host, directories);
  };
}

Result<ContextOptions> context_options(const ClientOptions& options, const RegistriesConfig& config) {
  ContextOptions context{.tls_verify = options.tls_verify,
                         .retry = options.retry,
                         .stop = options.stop,
                         .on_retry = options.on_retry,
                         .find_tls = tls_lookup(options),
                         .connections_per_blob = options.connections_per_blob};
  context.proxies = TRY(http::load_proxy_settings());
  context.find_credentials = TRY(credential_lookup(options, config));
  return context;
}

}  // namespace

struct Client::Shared {
  RegistriesConfig config;
  ContextOptions options;
  std::shared_ptr<Context> context;  // shared with repositories, which may outlive the client
};

Client::Client(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::create(ClientOptions options) {
  auto shared = std::make_shared<Shared>();
  shared->config = TRY(options.registries_conf ? RegistriesConfig::load_file(*options.registries_conf)
                                               : RegistriesConfig::load());
  shared->options = TRY(context_options(options, shared->config));
  shared->context = std::make_shared<Context>(shared->options);
  return Client(std::move(shared));
}

Result<std::unique_ptr<Repository>> Client::open(const oci::Reference& reference) const {
  auto endpoints = TRY(shared_->config.endpoints(reference));
  return std::make_unique<RemoteRepository>(shared_->context, std::move(endpoints));
}

Result<std::optional<std::string>> Client::check_login(const std::string& registry,
                                                       const Credentials& credentials) const {
  // Any repository: what counts is where the registry is and whether it is insecure.
  const auto reference = TRY(oci::Reference::parse(registry + "/x", oci::ImpliedTag::none));
  const auto endpoints = TRY(shared_->config.endpoints(reference));
  auto endpoint = endpoints.back();
  endpoint.repository.clear();  // so that no scope is asked for

  // Tokens and connections of its own: those of the stored credentials must not answer for these.
  auto options = shared_->options;
  options.offline_token = OfflineToken::wanted;
  options.find_credentials = [&credentials](const std::string&) -> Result<std::optional<Credentials>> {
    return credentials;
  };
  const auto context = std::make_shared<Context>(std::move(options));
  Session session(context, endpoint);
  auto answer = session.send({.target = "/v2/"});
  if (!answer) {
    auto error = std::move(answer).error();
    const auto kind = error.kind();
    if (kind == Errc::unauthenticated || kind == Errc::permission_denied) {
      error.set_kind(Errc::unauthenticated);
      error.set_hint("check the user name and the password, or use an access token as the password");
    }
    return std::unexpected(std::move(error));
  }
  if (answer->response.status() != 200) {
    return std::unexpected(response_error(*answer, fmt::format("asking '{}'", endpoint.host)));
  }
  auto token = context->peer(endpoint).authorizer().refresh_token();
  if (token.empty()) return std::nullopt;
  return token;
}

}  // namespace corten::registry
