#include "registry/credential_helper.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "sys/run_capture.hpp"

namespace corten::registry {
namespace {

// docker-credential-helpers, credentials/error.go: the protocol has no code for it, only this sentence.
constexpr std::string_view kNotFound = "credentials not found in native keychain";
constexpr std::string_view kTokenUser = "<token>";
constexpr std::size_t kMaxAnswerBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxShownBytes = 200;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

void hide(std::string& text, std::string_view secret) {
  if (secret.empty()) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
    at += 3;
  }
}

Result<std::optional<Credentials>> parse_answer(std::string_view text) {
  const auto json = TRY(parse_json(text, "answer", {.max_bytes = kMaxAnswerBytes}));
  const auto view = TRY(JsonView::of_object(json, "answer"));
  const auto username = TRY(view.find_string("Username"));
  auto secret = TRY(view.find_string("Secret"));
  if (!secret || secret->empty()) return std::nullopt;
  if (username == kTokenUser) {
    return Credentials{.username = {}, .password = {}, .identity_token = std::move(*secret)};
  }
  return Credentials{.username = username.value_or(""), .password = std::move(*secret)};
}

}  // namespace

Result<CredentialHelper> CredentialHelper::create(std::string_view name, std::stop_token stop,
                                                  std::chrono::milliseconds timeout) {
  if (name.empty() || !std::ranges::all_of(name, is_name_char)) {
    return fail(Errc::invalid_argument,
                "'{}' is not the name of a credential helper: expected letters, digits, '.', '_' and '-'",
                printable(name));
  }
  return CredentialHelper("docker-credential-" + std::string(name), std::move(stop), timeout);
}

Result<CredentialHelper::Answer> CredentialHelper::run(const char* action, const std::string& input) const {
  auto captured = sys::run_capture(
      {program_, action},
      {.input = input, .max_output_bytes = kMaxAnswerBytes, .timeout = timeout_, .stop = stop_});
  if (!captured) {
    auto& error = captured.error();
    if (error.kind() == Errc::not_found) {
      return with_hint(fail(Errc::failed_precondition, "credential helper '{}' is not installed", program_),
                       "install it, or take it out of credsStore and credHelpers of Docker's config.json");
    }
    // The user did not stop it, the clock did.
    if (error.kind() == Errc::canceled && !stop_.stop_requested()) error.set_kind(Errc::unavailable);
    return with_frame(std::move(error), "asking credential helper '{}'", program_);
  }
  return Answer{.success = captured->status.success(), .text = std::move(captured->output)};
}

std::unexpected<Error> CredentialHelper::refused(const char* action, std::string text,
                                                 std::string_view secret) const {
  hide(text, secret);
  const auto line = trim(std::string_view(text).substr(0, text.find('\n'))).substr(0, kMaxShownBytes);
  return fail(Errc::failed_precondition, "credential helper '{}' failed to {}: {}", program_, action,
              line.empty() ? "it did not say why" : line);
}

Result<std::optional<Credentials>> CredentialHelper::get(const std::string& address) const {
  auto answer = TRY(run("get", address));
  if (!answer.success) {
    if (trim(answer.text) == kNotFound) return std::nullopt;
    return refused("get", std::move(answer.text));
  }
  auto credentials = parse_answer(answer.text);
  if (credentials) return credentials;
  // What was wrong with it is not said: the message could hold a piece of the secret.
  return fail(Errc::data_loss, "credential helper '{}' answered something else than its protocol's JSON",
              program_);
}

Result<> CredentialHelper::store(const std::string& address, const Credentials& credentials) const {
  const bool token = !credentials.identity_token.empty();
  const auto& secret = token ? credentials.identity_token : credentials.password;
  const Json request = {{"ServerURL", address},
                        {"Username", token ? std::string(kTokenUser) : credentials.username},
                        {"Secret", secret}};
  auto answer = TRY(run("store", to_json_text(request)));
  if (!answer.success) return refused("store", std::move(answer.text), secret);
  return {};
}

Result<> CredentialHelper::erase(const std::string& address) const {
  auto answer = TRY(run("erase", address));
  if (!answer.success && trim(answer.text) != kNotFound) return refused("erase", std::move(answer.text));
  return {};
}

}  // namespace corten::registry
