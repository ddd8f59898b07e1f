#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/url.hpp"

namespace corten::registry {

/// The address that a registry gives for the next request in a Location or Link header, relative or whole,
/// its query as written (docker-registry's `_state` changes with each answer and must come back as it is).
///
/// A registry behind a TLS proxy that does not know of it calls itself http://: on the host that was asked,
/// such an address is taken back to `from`'s origin. To another host, from https to http is refused with
/// failed_precondition unless `insecure`. data_loss when it is no URL.
Result<http::Url> resolve_next_address(const http::Url& from, std::string_view location, bool insecure);

}  // namespace corten::registry
