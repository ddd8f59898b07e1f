#include "registry/write_refusal.hpp"

#include <fmt/format.h>

namespace corten::registry {

Error write_refusal(const Session& session, Exchange& exchange, std::string_view doing) {
  auto error = response_error(exchange, doing);
  if (exchange.response.status() == 403 && error.hint().empty()) {
    error.set_hint(fmt::format("'corten login {}' with an account that may write to '{}'",
                               session.endpoint().registry, session.name()));
  }
  return error;
}

}  // namespace corten::registry
