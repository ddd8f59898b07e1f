#include "registry/docker_config.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "base/strings.hpp"
#include "oci/base64.hpp"
#include "registry/server_address.hpp"

namespace corten::registry {
namespace {

using OrderedJson = nlohmann::ordered_json;

// Members keep their order in a list that is searched from its start, so their number must stay moderate.
constexpr JsonLimits kLimits = {.max_bytes = std::size_t{1024} * 1024, .max_depth = 64, .max_values = 20'000};

// The parser's message ends with what it read last, which may be half a password.
Error without_excerpt(const Error& error) {
  auto text = error.message();
  text.resize(std::min(text.size(), text.find("; last read")));
  return {Errc::data_loss, std::move(text)};
}

std::unexpected<Error> wrong_type(std::string_view what, std::string_view member, std::string_view expected) {
  return fail(Errc::data_loss, "{}: '{}' is not {}", what, member, expected);
}

// Go reads null as an absent member.
const OrderedJson* find_member(const OrderedJson& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<std::string> read_text(const OrderedJson& entry, std::string_view name, std::string_view what) {
  const auto* value = find_member(entry, name);
  if (value == nullptr) return std::string();
  if (!value->is_string()) return wrong_type(what, name, "a string");
  return value->get<std::string>();
}

// The members that every reader of the file must be able to rely on. Entries are looked at when they are
// asked for, so that one bad entry spoils one registry.
Result<> check_types(const OrderedJson& root, std::string_view what) {
  for (const std::string_view name : {"auths", "credHelpers"}) {
    const auto* member = find_member(root, name);
    if (member != nullptr && !member->is_object()) return wrong_type(what, name, "an object");
  }
  TRY(read_text(root, "credsStore", what));
  return {};
}

// Go's decoder skips line ends inside base64.
std::string without_line_ends(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  return text;
}

Result<> read_auth(std::string text, std::string_view what, Credentials& credentials) {
  const auto decoded = oci::decode_base64(without_line_ends(std::move(text)));
  const auto parts = decoded ? cut(*decoded, ':') : std::nullopt;
  if (!parts || parts->before.empty()) {
    return fail(Errc::data_loss, "{}: 'auth' is not the base64 form of USER:PASSWORD", what);
  }
  credentials.username = parts->before;
  credentials.password = parts->after;
  // Old clients padded it (cli/config/configfile, decodeAuth).
  const auto end = credentials.password.find_last_not_of('\0');
  credentials.password.resize(end == std::string::npos ? 0 : end + 1);
  return {};
}

Result<std::optional<Credentials>> read_entry(const OrderedJson& entry, const std::string& what) {
  if (entry.is_null()) return std::nullopt;
  if (!entry.is_object()) return fail(Errc::data_loss, "{}: expected an object", what);
  Credentials credentials;
  credentials.identity_token = TRY(read_text(entry, "identitytoken", what));
  auto auth = TRY(read_text(entry, "auth", what));
  if (auth.empty()) {
    credentials.username = TRY(read_text(entry, "username", what));
    credentials.password = TRY(read_text(entry, "password", what));
  } else {
    TRY(read_auth(std::move(auth), what, credentials));
  }
  if (credentials.password.empty() && credentials.identity_token.empty()) return std::nullopt;
  return credentials;
}

// The entry under the registry's own key goes before those under older forms of it.
template <typename Visit>
Result<> visit_entries(const OrderedJson& root, std::string_view member, std::string_view registry,
                       Visit visit) {
  const auto* entries = find_member(root, member);
  if (entries == nullptr) return {};
  const auto own_key = server_address(registry);
  if (const auto own = entries->find(own_key); own != entries->end()) {
    const bool done = TRY(visit(own.key(), *own));
    if (done) return {};
  }
  for (const auto& [key, value] : entries->items()) {
    if (key == own_key || registry_of_key(key) != registry) continue;
    const bool done = TRY(visit(key, value));
    if (done) return {};
  }
  return {};
}

}  // namespace

DockerConfig::DockerConfig(std::unique_ptr<OrderedJson> root, std::string what)
    : root_(std::move(root)), what_(std::move(what)) {}
DockerConfig::DockerConfig(DockerConfig&&) noexcept = default;
DockerConfig& DockerConfig::operator=(DockerConfig&&) noexcept = default;
DockerConfig::~DockerConfig() = default;

Result<DockerConfig> DockerConfig::parse(std::string_view text, std::string what) {
  if (trim(text).empty()) text = "{}";
  // First with the limits of parse_json and its refusal of members that occur twice; then again in order.
  const auto checked = parse_json(text, what, kLimits);
  if (!checked) return std::unexpected(without_excerpt(checked.error()));
  if (!checked->is_object()) return fail(Errc::data_loss, "{}: expected a JSON object", what);
  auto root = std::make_unique<OrderedJson>(OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false));
  if (!root->is_object()) return fail(Errc::data_loss, "{}: expected a JSON object", what);
  TRY(check_types(*root, what));
  return DockerConfig(std::move(root), std::move(what));
}

std::string DockerConfig::to_text() const {
  return root_->dump(1, '\t', false, OrderedJson::error_handler_t::replace);
}

Result<std::string> DockerConfig::helper_of(std::string_view registry) const {
  std::optional<std::string> helper;
  TRY(visit_entries(*root_, "credHelpers", registry,
                    [&](const std::string& key, const OrderedJson& value) -> Result<bool> {
                      if (!value.is_string()) return wrong_type(what_ + ": credHelpers", key, "a string");
                      helper = value.get<std::string>();
                      return true;
                    }));
  if (helper) return std::move(*helper);
  return read_text(*root_, "credsStore", what_);
}

Result<std::optional<Credentials>> DockerConfig::find(std::string_view registry) const {
  std::optional<Credentials> found;
  TRY(visit_entries(*root_, "auths", registry,
                    [&](const std::string& key, const OrderedJson& value) -> Result<bool> {
                      found = TRY(read_entry(value, fmt::format("{}: auths '{}'", what_, key)));
                      return found.has_value();
                    }));
  return found;
}

bool DockerConfig::has(std::string_view registry) const {
  bool found = false;
  // The visitor never fails.
  (void)visit_entries(*root_, "auths", registry, [&](const std::string&, const OrderedJson&) -> Result<bool> {
    found = true;
    return true;
  });
  return found;
}

OrderedJson& DockerConfig::entry(std::string_view registry) {
  auto& auths = (*root_)["auths"];
  if (!auths.is_object()) auths = OrderedJson::object();
  auto& entry = auths[server_address(registry)];
  if (!entry.is_object()) entry = OrderedJson::object();
  return entry;
}

Result<> DockerConfig::set(std::string_view registry, const Credentials& credentials) {
  if (credentials.username.contains(':')) {
    return fail(Errc::invalid_argument, "the user name '{}' has a ':', which {} cannot hold",
                credentials.username, what_);
  }
  mark(registry);
  auto& object = entry(registry);
  if (!credentials.username.empty() || !credentials.password.empty()) {
    object["auth"] = oci::encode_base64(credentials.username + ":" + credentials.password);
  }
  if (!credentials.identity_token.empty()) object["identitytoken"] = credentials.identity_token;
  return {};
}

void DockerConfig::mark(std::string_view registry) {
  auto& object = entry(registry);
  for (const auto* secret : {"auth", "username", "password", "identitytoken", "registrytoken"}) {
    object.erase(secret);
  }
}

bool DockerConfig::erase(std::string_view registry) {
  const auto auths = root_->find("auths");
  if (auths == root_->end() || !auths->is_object()) return false;
  bool erased = false;
  for (auto entry = auths->begin(); entry != auths->end();) {
    if (registry_of_key(entry.key()) != registry) {
      ++entry;
      continue;
    }
    entry = auths->erase(entry);
    erased = true;
  }
  return erased;
}

}  // namespace corten::registry
