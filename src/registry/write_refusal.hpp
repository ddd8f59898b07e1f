#pragma once

#include <string_view>

#include "registry/session.hpp"

namespace corten::registry {

/// response_error() of a request that was to change something: with what helps when the registry knows who
/// we are and does not let us (403).
Error write_refusal(const Session& session, Exchange& exchange, std::string_view doing);

}  // namespace corten::registry
