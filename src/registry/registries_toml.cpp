// registries.conf as text: the only file that sees the TOML library.

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>

// Some assertions of toml++ 3.3 fail for text that the lines after them refuse properly ("[!a]" does), so
// they are no help against bad files; the fuzz target runs without them too.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include "base/strings.hpp"
#include "registry/location.hpp"
#include "registry/registries_config.hpp"

namespace corten::registry {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
// Each dot of a key is a table in a table, which the library builds and destroys by recursion without a limit
// of its own (toml++ 3.4 brought one); nested values are limited by TOML_MAX_NESTED_VALUES.
constexpr std::ptrdiff_t kMaxDotsInLine = 256;

// Members that choose among short names, which mean docker.io here, or concern other programs.
constexpr std::array<std::string_view, 5> kHarmless = {"unqualified-search-registries", "short-name-mode",
                                                       "aliases", "credential-helpers",
                                                       "additional-layer-store-auth-helper"};

// Reads tables with the position in every error.
class Reader {
 public:
  explicit Reader(std::string_view what) : what_(what) {}

  std::unexpected<Error> fail_at(const toml::source_region& where, std::string_view problem) const {
    return fail(Errc::invalid_argument, "{}: line {}, column {}: {}", what_, where.begin.line,
                where.begin.column, problem);
  }

  std::string line(const toml::node& node) const {
    return fmt::format("{}: line {}", what_, node.source().begin.line);
  }

  Result<std::string> text(const toml::table& table, std::string_view name) const {
    const auto* node = table.get(name);
    if (node == nullptr) return std::string();
    if (const auto* value = node->as_string()) return value->get();
    return fail_at(node->source(), fmt::format("'{}' is not a string", name));
  }

  Result<bool> flag(const toml::table& table, std::string_view name) const {
    const auto* node = table.get(name);
    if (node == nullptr) return false;
    if (const auto* value = node->as_boolean()) return value->get();
    return fail_at(node->source(), fmt::format("'{}' is neither true nor false", name));
  }

  Result<std::string> location(const toml::table& table, std::string_view name, Wildcard wildcard) const {
    const auto value = TRY(text(table, name));
    if (value.empty()) return std::string();
    auto location = parse_location(value, wildcard);
    if (location) return location;
    return fail_at(table.get(name)->source(), fmt::format("'{}': {}", name, location.error().message()));
  }

  // The elements of an array of tables ([[name]]).
  Result<std::vector<const toml::table*>> tables(const toml::table& table, std::string_view name) const {
    std::vector<const toml::table*> found;
    const auto* node = table.get(name);
    if (node == nullptr) return found;
    const auto* array = node->as_array();
    if (array == nullptr)
      return fail_at(node->source(), fmt::format("'{0}' is not a list: write [[{0}]]", name));
    for (const auto& element : *array) {
      const auto* value = element.as_table();
      if (value == nullptr) return fail_at(element.source(), fmt::format("'{}' is not a table", name));
      found.push_back(value);
    }
    return found;
  }

  // A member that we do not know could say that images must not come from here.
  Result<> only(const toml::table& table, std::span<const std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      return fail_at(key.source(), fmt::format("'{}' is not known here; known are {}", printable(key.str()),
                                               fmt::join(known, ", ")));
    }
    return {};
  }

 private:
  std::string_view what_;
};

Result<> check_lines(std::string_view toml, std::string_view what) {
  if (toml.size() > kMaxBytes) {
    return fail(Errc::invalid_argument, "{}: over {} bytes", what, kMaxBytes);
  }
  std::size_t number = 0;
  for (const auto line : split(toml, '\n')) {
    ++number;
    if (std::ranges::count(line, '.') > kMaxDotsInLine) {
      return fail(Errc::invalid_argument, "{}: line {}: more than {} dots", what, number, kMaxDotsInLine);
    }
  }
  return {};
}

// Nothing that counts here is outside ASCII, only comments are, and toml++ 3.3 runs into undefined behaviour
// at some characters (is_non_ascii_horizontal_whitespace() does at U+FEFC). Columns count bytes then, as ours
// do elsewhere.
std::string to_ascii(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  std::string ascii(text);
  std::ranges::replace_if(ascii, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  return ascii;
}

struct Uses {
  bool digests = true;
  bool tags = true;
};

Result<Uses> read_uses(const Reader& reader, const toml::table& table) {
  const auto value = TRY(reader.text(table, "pull-from-mirror"));
  if (value.empty() || value == "all") return Uses{};
  if (value == "digest-only") return Uses{.digests = true, .tags = false};
  if (value == "tag-only") return Uses{.digests = false, .tags = true};
  return reader.fail_at(
      table.get("pull-from-mirror")->source(),
      fmt::format("'pull-from-mirror': expected all, digest-only or tag-only, found '{}'", printable(value)));
}

Result<MirrorRule> read_mirror(const Reader& reader, const toml::table& table, bool by_digest_only) {
  static constexpr std::array<std::string_view, 3> kKnown = {"location", "insecure", "pull-from-mirror"};
  TRY(reader.only(table, kKnown));
  MirrorRule mirror;
  mirror.location = TRY(reader.location(table, "location", Wildcard::refused));
  if (mirror.location.empty()) return reader.fail_at(table.source(), "a mirror without 'location'");
  mirror.insecure = TRY(reader.flag(table, "insecure"));
  const auto uses = TRY(read_uses(reader, table));
  if (by_digest_only && table.contains("pull-from-mirror")) {
    return reader.fail_at(table.get("pull-from-mirror")->source(),
                          "'pull-from-mirror' and the registry's 'mirror-by-digest-only' exclude each other");
  }
  mirror.digests = uses.digests;
  mirror.tags = uses.tags && !by_digest_only;
  return mirror;
}

Result<RegistryRule> read_rule(const Reader& reader, const toml::table& table) {
  static constexpr std::array<std::string_view, 6> kKnown = {"prefix",  "location", "insecure",
                                                             "blocked", "mirror",   "mirror-by-digest-only"};
  TRY(reader.only(table, kKnown));
  RegistryRule rule;
  rule.where = reader.line(table);
  rule.prefix = TRY(reader.location(table, "prefix", Wildcard::allowed));
  rule.location = TRY(reader.location(table, "location", Wildcard::refused));
  if (rule.prefix.empty() && rule.location.empty()) {
    return reader.fail_at(table.source(), "a registry with neither 'prefix' nor 'location'");
  }
  if (rule.prefix.empty()) rule.prefix = rule.location;
  rule.insecure = TRY(reader.flag(table, "insecure"));
  rule.blocked = TRY(reader.flag(table, "blocked"));
  const bool by_digest_only = TRY(reader.flag(table, "mirror-by-digest-only"));
  const auto mirrors = TRY(reader.tables(table, "mirror"));
  for (const auto* mirror : mirrors) {
    auto read = TRY(read_mirror(reader, *mirror, by_digest_only));
    rule.mirrors.push_back(std::move(read));
  }
  return rule;
}

Result<> check_root(const Reader& reader, const toml::table& root) {
  if (const auto* old = root.get("registries")) {
    return with_hint(reader.fail_at(old->source(), "version 1 of registries.conf is not supported"),
                     "write a [[registry]] table for each registry: see containers-registries.conf(5)");
  }
  std::vector<std::string_view> known(kHarmless.begin(), kHarmless.end());
  known.emplace_back("registry");
  return reader.only(root, known);
}

}  // namespace

Result<RegistriesConfig> RegistriesConfig::parse(std::string_view toml, std::string_view what) {
  TRY(check_lines(toml, what));
  const Reader reader(what);
  const auto parsed = toml::parse(to_ascii(toml));
  if (!parsed) return reader.fail_at(parsed.error().source(), printable(parsed.error().description()));
  const auto& root = parsed.table();
  TRY(check_root(reader, root));
  RegistriesConfig config;
  std::set<std::string, std::less<>> prefixes;
  const auto tables = TRY(reader.tables(root, "registry"));
  for (const auto* table : tables) {
    auto rule = TRY(read_rule(reader, *table));
    if (!prefixes.insert(rule.prefix).second) {
      return reader.fail_at(table->source(),
                            fmt::format("a second registry with the prefix '{}'", rule.prefix));
    }
    config.rules_.push_back(std::move(rule));
  }
  return config;
}

}  // namespace corten::registry
