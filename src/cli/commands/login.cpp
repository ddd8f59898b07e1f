#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "cli/commands/all.hpp"
#include "cli/commands/registry_flags.hpp"
#include "cli/exit_codes.hpp"
#include "cli/program.hpp"
#include "cli/prompt.hpp"
#include "registry/client.hpp"
#include "registry/credential_store.hpp"
#include "registry/server_address.hpp"

namespace corten::cli {
namespace {

using registry::Credentials;

struct LoginOptions {
  std::string server = "docker.io";
  std::optional<std::string> username;
  std::optional<std::string> password;
  bool password_stdin = false;
  RegistryFlags registry;
};

Result<> check_options(const LoginOptions& options, const Io& io) {
  if (options.password) {
    io.complain("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n");
    if (options.password_stdin) {
      return fail(Errc::invalid_argument,
                  "conflicting options: cannot specify both --password and --password-stdin");
    }
    if (options.password->empty()) return fail(Errc::invalid_argument, "the password is empty");
  }
  if (options.password_stdin && !options.username) {
    return fail(Errc::invalid_argument, "the --password-stdin option requires --username to be set");
  }
  if (options.username && options.username->empty()) {
    return fail(Errc::invalid_argument, "the user name is empty");
  }
  return {};
}

// The whole of standard input without its line end: `pass show x | corten login --password-stdin`.
Result<std::string> read_password(Source& in) {
  constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;
  std::string text;
  std::array<std::uint8_t, 4096> buffer{};
  while (true) {
    const auto size = TRY(in.read(buffer));
    if (size == 0) break;
    text.append(reinterpret_cast<const char*>(buffer.data()), size);
    if (text.size() > kMaxBytes) {
      return fail(Errc::invalid_argument, "over {} bytes on standard input, not a password", kMaxBytes);
    }
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return fail(Errc::invalid_argument, "there is no password on standard input");
  return text;
}

Result<std::string> ask(const Io& io, std::string_view what, Echo echo) {
  if (!can_prompt()) {
    return with_hint(
        fail(Errc::failed_precondition, "cannot perform an interactive login from a non TTY device"),
        "give --username, and the password on standard input with --password-stdin");
  }
  auto answer = TRY_CTX(prompt(io, fmt::format("{}: ", what), echo), "asking for the {}", to_lower(what));
  if (answer.empty()) return fail(Errc::invalid_argument, "{} required", what);
  return answer;
}

Result<Credentials> collect_credentials(const LoginOptions& options, const Io& io) {
  Credentials credentials;
  if (options.username) {
    credentials.username = *options.username;
  } else {
    credentials.username = TRY(ask(io, "Username", Echo::on));
  }
  if (options.password) {
    credentials.password = *options.password;
  } else if (options.password_stdin) {
    credentials.password = TRY(read_password(io.in));
  } else {
    credentials.password = TRY(ask(io, "Password", Echo::off));
  }
  return credentials;
}

Result<> check_and_save(const registry::Client& client, const registry::CredentialStore& store,
                        const std::string& server, Credentials credentials, const Io& io) {
  auto token = TRY(client.check_login(server, credentials));
  if (token) {
    credentials.identity_token = std::move(*token);
    credentials.password.clear();
  }
  const auto kept = TRY_CTX(store.save(server, credentials), "saving the credentials");
  if (kept == registry::CredentialStore::Kept::helper || credentials.password.empty()) return {};
  io.complain(
      fmt::format("\nWARNING! Your credentials are stored unencrypted in '{}'.\n"
                  "Configure a credential helper there (credsStore) to remove this warning.\n\n",
                  printable(store.config_file())));
  return {};
}

// As Docker, a bare `login` first tries what it knows. False when the registry does not take that any more
// and somebody is there to ask for something else.
Result<bool> try_stored(const registry::Client& client, const registry::CredentialStore& store,
                        const std::string& server, const Io& io) {
  auto stored = TRY(store.find(server));
  if (!stored) return false;
  io.complain(fmt::format(
      "Authenticating with existing credentials...{}\n",
      stored->username.empty() ? "" : fmt::format(" [Username: {}]", printable(stored->username))));
  const auto checked = client.check_login(server, *stored);
  if (checked) return true;
  if (checked.error().kind() != Errc::unauthenticated || !can_prompt()) {
    return std::unexpected(checked.error().clone());
  }
  io.complain(fmt::format("Login did not succeed: {}\n", printable(checked.error().message())));
  return false;
}

Result<> log_in(const LoginOptions& options, const std::string& server, const Io& io) {
  const auto directory = TRY(registry::CredentialStore::default_directory());
  const auto store = TRY(registry::CredentialStore::open(directory));
  // Asked before anything is sent; after a bare 'login' only if what is kept does not do.
  const bool bare = !options.username && !options.password;
  std::optional<Credentials> given;
  if (!bare) given = TRY(collect_credentials(options, io));
  const auto client = TRY(registry::Client::create(client_options(options.registry)));
  if (bare) {
    const bool done = TRY(try_stored(client, store, server, io));
    if (done) return {};
    given = TRY(collect_credentials(options, io));
  }
  return check_and_save(client, store, server, std::move(*given), io);
}

Result<int> run_login(const LoginOptions& options, Context& context) {
  const auto& io = context.io();
  TRY(check_options(options, io));
  const auto server = TRY(registry::parse_registry_name(options.server));
  TRY(log_in(options, server, io));
  TRY(io.print("Login Succeeded\n"));
  return kExitSuccess;
}

constexpr std::array kFlags = {
    cert_dir_flag<&LoginOptions::registry>(),
    Flag{.name = "password",
         .letter = 'p',
         .value = "PASSWORD",
         .help = "Password or access token; others can see a command line",
         .bind = bind<&LoginOptions::password>()},
    Flag{.name = "password-stdin",
         .help = "Read the password or access token from standard input",
         .bind = bind<&LoginOptions::password_stdin>()},
    tls_verify_flag<&LoginOptions::registry>(),
    Flag{.name = "username",
         .letter = 'u',
         .value = "USER",
         .help = "User name",
         .bind = bind<&LoginOptions::username>()},
};

constexpr std::array kExamples = {
    Example{.text = "Docker Hub, asking for name and password", .line = "corten login"},
    Example{.text = "In a script",
            .line = "corten login -u ci --password-stdin registry.example.com < token.txt"},
};

}  // namespace

constexpr Command kLoginCommand{
    .path = "login",
    .group = Group::common,
    .summary = "Log in to a registry",
    .doc = R"(
Asks the registry whether it accepts the credentials and keeps them where Docker does: in the config.json of
$DOCKER_CONFIG or ~/.docker, or with the credential helper that this file names (credHelpers, credsStore).
Without a helper they are encoded there but not encrypted.

Without --username and --password, credentials that are kept already are tried first.)",
    .arguments = {.usage = "[REGISTRY]", .max = 1, .bind = bind<&LoginOptions::server>()},
    .flags = kFlags,
    .examples = kExamples,
    .execute = execute<LoginOptions, run_login>,
};

}  // namespace corten::cli
