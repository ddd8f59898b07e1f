#include <array>
#include <string>

#include <fmt/format.h>

#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "registry/credential_store.hpp"
#include "registry/server_address.hpp"

namespace corten::cli {
namespace {

struct LogoutOptions {
  std::string server = "docker.io";
};

Result<int> run_logout(const LogoutOptions& options, Context& context) {
  const auto server = TRY(registry::parse_registry_name(options.server));
  const auto directory = TRY(registry::CredentialStore::default_directory());
  const auto store = TRY(registry::CredentialStore::open(directory));
  const bool erased = TRY_CTX(store.erase(server), "removing the credentials for '{}'", server);
  const auto shown = registry::server_address(server);
  TRY(context.io().print(erased ? fmt::format("Removing login credentials for {}\n", shown)
                                : fmt::format("Not logged in to {}\n", shown)));
  return kExitSuccess;
}

constexpr std::array kExamples = {
    Example{.text = "Forget the credentials for Docker Hub", .line = "corten logout"},
};

}  // namespace

constexpr Command kLogoutCommand{
    .path = "logout",
    .group = Group::common,
    .summary = "Log out from a registry",
    .doc =
        "Removes its credentials from Docker's config.json and from the credential helper that keeps them.",
    .arguments = {.usage = "[REGISTRY]", .max = 1, .bind = bind<&LogoutOptions::server>()},
    .examples = kExamples,
    .execute = execute<LogoutOptions, run_logout>,
};

}  // namespace corten::cli
