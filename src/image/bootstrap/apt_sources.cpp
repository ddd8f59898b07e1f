#include "image/bootstrap/apt_sources.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/strings.hpp"

namespace corten::image {
namespace {

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\r\n", at)) != std::string_view::npos) {
    const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// A suite that ends in '/' is a path below the URI and has no components; every other has some.
Result<> check_source(const AptSource& source, std::string_view where) {
  if (source.uris.empty()) return fail(Errc::invalid_argument, "{}: expected an URI", where);
  if (source.suites.empty()) return fail(Errc::invalid_argument, "{}: expected a suite", where);
  for (const auto& uri : source.uris) {
    if (!is_apt_uri(uri)) {
      return fail(Errc::invalid_argument, "{}: expected an URI, found '{}'", where, printable(uri));
    }
  }
  const bool is_path = source.suites.front().ends_with('/');
  if (!is_path && source.components.empty()) {
    return fail(Errc::invalid_argument, "{}: expected a component after the suite '{}'", where,
                printable(source.suites.front()));
  }
  return {};
}

// One line behind "deb", and its options in brackets, which may have blanks inside.
Result<AptSource> parse_line(std::string_view rest, std::string_view where) {
  AptSource source;
  rest = trim(rest);
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return fail(Errc::invalid_argument, "{}: '[' without ']'", where);
    for (const auto& option : split_words(rest.substr(1, end - 1))) {
      const auto parts = cut(option, '=');
      if (!parts) {
        return fail(Errc::invalid_argument, "{}: expected option=value, found '{}'", where,
                    printable(option));
      }
      if (parts->before == "signed-by") source.signed_by = parts->after;
    }
    rest = trim(rest.substr(end + 1));
  }
  auto words = split_words(rest);
  if (!words.empty()) source.uris = {words[0]};
  if (words.size() > 1) source.suites = {words[1]};
  if (words.size() > 2) source.components.assign(words.begin() + 2, words.end());
  TRY(check_source(source, where));
  return source;
}

// A field of a stanza; further lines of it begin with white space.
struct Field {
  std::string name;
  std::string value;
};

Result<AptSource> parse_stanza(const std::vector<Field>& fields, std::string_view where) {
  AptSource source;
  for (const auto& [name, value] : fields) {
    if (name == "uris") source.uris = split_words(value);
    if (name == "suites") source.suites = split_words(value);
    if (name == "components") source.components = split_words(value);
    if (name == "signed-by") {
      source.has_embedded_key = value.find("BEGIN PGP") != std::string::npos;
      // Several keys: blanks between them here, commas in the one-line form.
      if (!source.has_embedded_key) source.signed_by = join(split_words(value), ",");
    }
  }
  TRY(check_source(source, where));
  if (source.signed_by.find(']') != std::string::npos) {
    return fail(Errc::invalid_argument, "{}: Signed-By cannot have ']'", where);
  }
  return source;
}

bool is_wanted(const std::vector<Field>& fields) {
  bool has_binaries = false;
  for (const auto& [name, value] : fields) {
    const auto words = split_words(value);
    if (name == "types") has_binaries = std::ranges::find(words, "deb") != words.end();
    if (name == "enabled" && !words.empty()) {
      const auto answer = to_lower(words.front());
      if (answer == "no" || answer == "false" || answer == "0" || answer == "off") return false;
    }
  }
  return has_binaries;
}

bool has_main(const AptSource& source) {
  return std::ranges::find(source.components, "main") != source.components.end();
}

// apt-secure(8) and sources.list(5) allow user:password@ in URIs; they would stand in the image's own
// sources.list.
bool has_password(std::string_view uri) {
  const auto begin = uri.find("://");
  if (begin == std::string_view::npos) return false;
  const auto authority = uri.substr(begin + 3, uri.find('/', begin + 3) - begin - 3);
  return authority.find('@') != std::string_view::npos;
}

Result<std::string> make_line(const AptSource& source, std::string_view suite) {
  const auto& uri = source.uris.front();
  if (has_password(uri)) {
    return with_hint(
        fail(Errc::invalid_argument, "the apt source of '{}' has a password in its URI", suite),
        "the image would show it to everybody: put it into /etc/apt/auth.conf.d, or give --mirror");
  }
  if (source.has_embedded_key) {
    return with_hint(
        fail(Errc::unsupported, "the apt source of '{}' has its key inside", suite),
        "save the key as a file in /etc/apt/keyrings and name that in Signed-By, or give --mirror");
  }
  const auto options =
      source.signed_by.empty() ? std::string() : fmt::format("[signed-by={}] ", source.signed_by);
  return fmt::format("deb {}{} {} {}", options, uri, suite, fmt::join(source.components, " "));
}

}  // namespace

bool is_apt_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  // RFC 3986 3.1, and apt's own "mirror+file".
  const auto in_scheme = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  };
  return std::ranges::all_of(text.substr(0, colon), in_scheme) &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<std::vector<AptSource>> parse_sources_list(std::string_view text, std::string_view file) {
  std::vector<AptSource> sources;
  std::size_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    line = trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto where = fmt::format("{}: line {}", file, number);
    const auto end = std::min(line.find_first_of(" \t["), line.size());
    const auto type = line.substr(0, end);
    if (type != "deb" && type != "deb-src") {
      return fail(Errc::invalid_argument, "{}: expected deb or deb-src, found '{}'", where, printable(type));
    }
    auto source = TRY(parse_line(line.substr(end), where));
    if (type == "deb") sources.push_back(std::move(source));
  }
  return sources;
}

Result<std::vector<AptSource>> parse_deb822_sources(std::string_view text, std::string_view file) {
  std::vector<AptSource> sources;
  std::vector<Field> fields;
  std::size_t first_line = 0;
  const auto end_stanza = [&]() -> Result<> {
    if (is_wanted(fields)) {
      auto source = TRY(parse_stanza(fields, fmt::format("{}: stanza at line {}", file, first_line)));
      sources.push_back(std::move(source));
    }
    fields.clear();
    return {};
  };
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.starts_with('#')) continue;
    if (trim(line).empty()) {
      TRY(end_stanza());
      continue;
    }
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (fields.empty()) {
        return fail(Errc::invalid_argument, "{}: line {}: expected a field's name", file, number);
      }
      fields.back().value.append("\n").append(trim(line));
      continue;
    }
    const auto parts = cut(line, ':');
    if (!parts || trim(parts->before).empty()) {
      return fail(Errc::invalid_argument, "{}: line {}: expected 'Field: value'", file, number);
    }
    if (fields.empty()) first_line = number;
    fields.push_back({.name = to_lower(trim(parts->before)), .value = std::string(trim(parts->after))});
  }
  TRY(end_stanza());
  return sources;
}

Result<std::vector<std::string>> choose_source_lines(const std::vector<AptSource>& sources,
                                                     std::string_view suite) {
  std::vector<std::string> lines;
  // "/updates" was the name of security updates before Debian 11.
  for (const std::string_view ending : {"", "-updates", "-security", "/updates"}) {
    const auto wanted = fmt::format("{}{}", suite, ending);
    const auto has_suite = [&wanted](const AptSource& source) {
      return has_main(source) && std::ranges::find(source.suites, wanted) != source.suites.end();
    };
    const auto source = std::ranges::find_if(sources, has_suite);
    if (source != sources.end()) {
      auto line = TRY(make_line(*source, wanted));
      lines.push_back(std::move(line));
    } else if (ending.empty()) {
      return with_hint(fail(Errc::not_found, "the apt sources of this machine have no suite '{}'", suite),
                       "name a mirror: --mirror URL");
    }
  }
  return lines;
}

std::string_view uri_of_line(std::string_view line) {
  auto rest = trim(line);
  if (rest.starts_with("deb")) rest = trim(rest.substr(3));
  if (rest.starts_with('[')) rest = trim(rest.substr(std::min(rest.find(']'), rest.size() - 1) + 1));
  return rest.substr(0, rest.find_first_of(" \t"));
}

}  // namespace corten::image
