#include "cli/commands/registry_flags.hpp"

#include "base/strings.hpp"

namespace corten::cli {

Result<> assign_value(CredentialsFlag& value, std::string_view text, std::string_view what) {
  const auto parts = cut(text, ':');
  if (!parts || parts->before.empty() || parts->after.empty()) {
    return fail(Errc::invalid_argument, "{}: expected USER:PASSWORD", what);
  }
  value.value = {.username = std::string(parts->before), .password = std::string(parts->after)};
  return {};
}

registry::ClientOptions client_options(const RegistryFlags& flags) {
  registry::ClientOptions options;
  options.tls_verify = flags.tls_verify ? registry::TlsVerify::required : registry::TlsVerify::skipped;
  options.cert_dir = flags.cert_dir;
  return options;
}

registry::ClientOptions client_options(const RegistryFlags& flags, const oci::Reference& reference) {
  auto options = client_options(flags);
  if (flags.creds) {
    options.credentials =
        registry::GivenCredentials{.credentials = flags.creds->value, .reference = reference};
  }
  return options;
}

}  // namespace corten::cli
