#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace corten::http {

/// One way to authenticate that a server offers in WWW-Authenticate (RFC 9110 section 11.6.1):
///   Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"
/// Everything in it was chosen by the server: whether a realm may get credentials is the caller's decision.
struct Challenge {
  std::string scheme;   ///< In lower case: "bearer", "basic".
  std::string token68;  ///< For schemes that send one opaque value instead of parameters.
  std::vector<std::pair<std::string, std::string>>
      params;  ///< Names in lower case, values unquoted, in order.

  std::optional<std::string_view> find(std::string_view name) const;

  bool operator==(const Challenge&) const = default;
};

/// The challenges of all WWW-Authenticate headers of a response, in order. Values without quotes may hold
/// what RFC 9110 asks to quote (some registries write realm=https://...). Fails with data_loss and the
/// position on malformed text, a parameter given twice, more than 8 KiB in one header, 16 challenges or 32
/// parameters.
Result<std::vector<Challenge>> parse_challenges(std::span<const std::string_view> headers);

}  // namespace corten::http
