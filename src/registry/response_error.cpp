#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "registry/session.hpp"

namespace corten::registry {
namespace {

constexpr std::size_t kMaxShownBytes = 300;

Errc kind_of(int status) {
  switch (status) {
    case 400:
      return Errc::invalid_argument;
    case 401:
      return Errc::unauthenticated;
    case 403:
      return Errc::permission_denied;
    case 404:
      return Errc::not_found;
    case 405:
      return Errc::unsupported;
    case 408:
    case 429:
      return Errc::unavailable;
    default:
      break;
  }
  if (status >= 500) return Errc::unavailable;
  // A success or a redirect that nobody expected is no answer of a registry.
  return status >= 400 ? Errc::failed_precondition : Errc::data_loss;
}

// The text of a member, or nothing: whatever a server sends must not hide the first error behind another.
std::string text_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

void append(std::string& words, std::string_view separator, const std::string& more) {
  if (more.empty()) return;
  if (!words.empty()) words += separator;
  words += more;
}

// distribution-spec "Error Codes": {"errors": [{"code": "...", "message": "..."}]}. Token servers say
// {"details": "..."} or OAuth2's {"error": "...", "error_description": "..."}.
std::string words_of(std::string_view body) {
  const auto json = parse_json(body, "answer", {.max_depth = 16, .max_values = 1000});
  if (!json || !json->is_object()) return {};
  std::string words;
  if (const auto errors = json->find("errors"); errors != json->end() && errors->is_array()) {
    for (const auto& entry : *errors) {
      if (!entry.is_object()) continue;
      auto one = text_of(entry, "code");
      append(one, ": ", text_of(entry, "message"));
      append(words, "; ", one);
    }
  }
  if (!words.empty()) return words;
  for (const auto* name : {"details", "error", "error_description", "message"}) {
    append(words, ": ", text_of(*json, name));
  }
  return words;
}

std::string shown(std::string_view words) {
  if (words.size() <= kMaxShownBytes) return printable(words);
  return printable(words.substr(0, kMaxShownBytes)) + "...";
}

}  // namespace

Error response_error(Exchange& exchange, std::string_view doing) {
  constexpr std::size_t kMaxBodyBytes = std::size_t{64} * 1024;
  auto& response = exchange.response;
  const auto type = to_lower(response.headers().find("Content-Type").value_or(""));
  const auto status = response.status();
  auto frame = fmt::format("'{}' answered {}", response.url().authority(), status);
  Error error(kind_of(status), "");
  if (type.starts_with("text/html") || type.starts_with("application/xhtml")) {
    error = Error(kind_of(status), frame + " with a web page: this does not look like a registry");
    error.set_hint(
        fmt::format("check the name of the registry, and proxies that ask to log in, with 'curl -v {}'",
                    response.url().origin() + "/v2/"));
  } else {
    const auto body = response.text(kMaxBodyBytes);
    const auto words = body ? words_of(*body) : std::string();
    if (!words.empty()) frame.append(": ").append(shown(words));
    error = Error(kind_of(status), std::move(frame));
    if (status == 429) error.set_hint("the registry limits how often it is asked: wait, or log in");
  }
  error.add_frame(std::string(doing));
  return error;
}

}  // namespace corten::registry
