#pragma once

#include <string>

namespace corten::registry {

/// Secrets: never logged, shown or put on a command line.
struct Credentials {
  std::string username;
  std::string password;
  /// An OAuth2 refresh token instead of a password (user name "<token>" in the helper protocol).
  std::string identity_token = {};

  bool operator==(const Credentials&) const = default;
};

}  // namespace corten::registry
