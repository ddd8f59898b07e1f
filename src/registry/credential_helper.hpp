#pragma once

// Internal to src/registry: the programs that keep credentials for Docker.

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "registry/credentials.hpp"

namespace corten::registry {

/// One program `docker-credential-NAME` of PATH (github.com/docker/docker-credential-helpers): the action is
/// its argument, everything else goes through standard input and output, never over its command line. It may
/// ask the user to unlock a keyring, so it has two minutes; `canceled` when asked to stop before.
///
/// Errors name the program. They show what it said on failure, cut to a line and without the secret it was
/// given; never what it answered on success.
class CredentialHelper {
 public:
  /// `name` comes from config.json: letters, digits, '.', '_' and '-', so that it is no path.
  static Result<CredentialHelper> create(std::string_view name, std::stop_token stop = {},
                                         std::chrono::milliseconds timeout = std::chrono::minutes(2));

  /// Nothing when the helper has none. `address` is what server_address() gives.
  Result<std::optional<Credentials>> get(const std::string& address) const;
  Result<> store(const std::string& address, const Credentials& credentials) const;
  Result<> erase(const std::string& address) const;

 private:
  CredentialHelper(std::string program, std::stop_token stop, std::chrono::milliseconds timeout)
      : program_(std::move(program)), stop_(std::move(stop)), timeout_(timeout) {}

  struct Answer {
    bool success;
    std::string text;
  };
  Result<Answer> run(const char* action, const std::string& input) const;
  std::unexpected<Error> refused(const char* action, std::string text, std::string_view secret = {}) const;

  std::string program_;
  std::stop_token stop_;
  std::chrono::milliseconds timeout_;
};

}  // namespace corten::registry
