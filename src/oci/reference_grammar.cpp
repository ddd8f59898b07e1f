#include "oci/reference_grammar.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::oci {
namespace {

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_alnum(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_alnum(char c) { return is_lower_alnum(c) || is_capital(c); }

std::string found_at(std::string_view text, std::size_t position) {
  if (position >= text.size()) return "the end";
  return fmt::format("'{}'", printable(text.substr(position, 1)));
}

GrammarError expected(std::string_view what, std::string_view text, std::size_t position) {
  return {position, fmt::format("expected {}, found {}", what, found_at(text, position))};
}

// Length of the separator at the front: one of . _ __ or any number of dashes; 0 if there is none.
std::size_t separator_length(std::string_view text) {
  if (text.starts_with("__")) return 2;
  if (text.starts_with('.') || text.starts_with('_')) return 1;
  return std::min(text.find_first_not_of('-'), text.size());
}

std::optional<GrammarError> check_port(std::string_view registry, std::size_t start) {
  constexpr std::uint32_t kMaxPort = 65535;
  std::uint32_t port = 0;
  for (std::size_t i = start; i < registry.size(); ++i) {
    if (!is_digit(registry[i])) return expected("a digit of the port", registry, i);
    port = port * 10 + static_cast<std::uint32_t>(registry[i] - '0');
    if (port > kMaxPort) return GrammarError{start, "expected a port of at most 65535"};
  }
  if (start == registry.size()) return expected("a port", registry, start);
  return std::nullopt;
}

std::optional<GrammarError> check_ipv6_host(std::string_view registry) {
  std::size_t i = 1;
  for (; i < registry.size() && registry[i] != ']'; ++i) {
    const char c = registry[i];
    const bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!hex && c != ':') return expected("a hexadecimal digit, ':' or ']' of an IPv6 address", registry, i);
  }
  if (i == 1 || i == registry.size()) return expected("']' after an IPv6 address", registry, i);
  if (++i == registry.size()) return std::nullopt;
  if (registry[i] != ':') return expected("':' and a port or '/'", registry, i);
  return check_port(registry, i + 1);
}

}  // namespace

bool has_capital(std::string_view text) { return std::ranges::any_of(text, is_capital); }

bool is_whole_id(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::optional<GrammarError> check_registry(std::string_view registry) {
  if (registry.starts_with('[')) return check_ipv6_host(registry);
  bool in_label = false;  // after a letter or digit: a label may end here
  for (std::size_t i = 0; i < registry.size(); ++i) {
    const char c = registry[i];
    if (is_alnum(c)) {
      in_label = true;
    } else if (c == '.' ? in_label : c == '-' && i > 0 && registry[i - 1] != '.') {
      in_label = false;
    } else if (c == ':' && in_label) {
      return check_port(registry, i + 1);
    } else {
      return expected("a letter or a digit of a registry's host name", registry, i);
    }
  }
  if (!in_label) return expected("a letter or a digit of a registry's host name", registry, registry.size());
  return std::nullopt;
}

std::optional<GrammarError> check_repository(std::string_view repository) {
  constexpr std::size_t kMaxBytes = 255;
  constexpr std::string_view kWanted = "a lower-case letter or a digit";
  std::size_t i = 0;
  while (true) {
    if (i >= repository.size() || !is_lower_alnum(repository[i])) return expected(kWanted, repository, i);
    while (i < repository.size() && is_lower_alnum(repository[i])) ++i;
    if (i == repository.size()) break;
    const auto length = repository[i] == '/' ? 1 : separator_length(repository.substr(i));
    if (length == 0) {
      return expected("a lower-case letter, a digit or one of '.', '_', '-', '/'", repository, i);
    }
    i += length;
  }
  if (repository.size() > kMaxBytes) {
    return GrammarError{kMaxBytes, fmt::format("expected a repository of at most {} bytes, found {}",
                                               kMaxBytes, repository.size())};
  }
  return std::nullopt;
}

std::optional<GrammarError> check_tag(std::string_view tag) {
  constexpr std::size_t kMaxBytes = 128;
  for (std::size_t i = 0; i < tag.size(); ++i) {
    const char c = tag[i];
    const bool fits = is_alnum(c) || c == '_' || (i > 0 && (c == '.' || c == '-'));
    if (fits) continue;
    const auto* wanted =
        i == 0 ? "a letter, a digit or '_' of a tag" : "a letter, a digit or one of '_', '.', '-' of a tag";
    return expected(wanted, tag, i);
  }
  if (tag.empty()) return expected("a tag", tag, 0);
  if (tag.size() > kMaxBytes) {
    return GrammarError{kMaxBytes,
                        fmt::format("expected a tag of at most {} bytes, found {}", kMaxBytes, tag.size())};
  }
  return std::nullopt;
}

}  // namespace corten::oci
