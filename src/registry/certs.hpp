#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/tls.hpp"

namespace corten::registry {

/// TLS material of a registry in Docker's layout: DIR/host[:port]/ with *.crt (authorities) and NAME.cert
/// with NAME.key (a client certificate). The first directory that has the host counts; one that may not be
/// looked into is passed over, as it can only add trust. A .cert without its .key, or the other way round, is
/// failed_precondition with both names; more than one pair is `unsupported`.
Result<http::TlsOptions> find_certificates(std::string_view host, std::span<const std::string> directories);

/// A directory that holds the files itself (--cert-dir).
Result<http::TlsOptions> load_certificate_directory(const std::string& directory);

/// For root /etc/docker/certs.d and /etc/containers/certs.d; for others ~/.config/docker/certs.d and
/// ~/.config/containers/certs.d before these ($XDG_CONFIG_HOME for ~/.config).
std::vector<std::string> certificate_directories();

}  // namespace corten::registry
