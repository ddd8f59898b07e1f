#include "http/headers.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "http/chars.hpp"

namespace corten::http {
namespace {

// RFC 9110 section 5.6.3: only space and tab; trim() would take CR and LF away unseen.
std::string_view trim_blanks(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_control(std::string_view value) {
  return std::ranges::any_of(value, [](char c) { return is_control(c) && c != '\t'; });
}

auto named(std::string_view name) {
  return [name](const Headers::Field& field) { return equal_ignoring_case(field.name, name); };
}

}  // namespace

Result<> Headers::add(std::string_view name, std::string_view value) {
  if (!is_token(name)) {
    return fail(Errc::invalid_argument, "'{}' is not the name of a header", printable(name));
  }
  if (has_control(value)) {
    return fail(Errc::invalid_argument, "the value of header '{}' has a line break or control character",
                name);
  }
  fields_.push_back({.name = std::string(name), .value = std::string(trim_blanks(value))});
  return {};
}

Result<> Headers::set(std::string_view name, std::string_view value) {
  Headers checked;
  TRY(checked.add(name, value));
  remove(name);
  fields_.push_back(std::move(checked.fields_.front()));
  return {};
}

std::size_t Headers::remove(std::string_view name) { return std::erase_if(fields_, named(name)); }

std::optional<std::string_view> Headers::find(std::string_view name) const {
  const auto field = std::ranges::find_if(fields_, named(name));
  if (field == fields_.end()) return std::nullopt;
  return field->value;
}

std::vector<std::string_view> Headers::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : fields_) {
    if (equal_ignoring_case(field.name, name)) values.emplace_back(field.value);
  }
  return values;
}

Result<Headers::Field> parse_header_line(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const auto parts = cut(line, ':');
  if (!parts || !is_token(parts->before)) {
    return fail(Errc::data_loss, "the server sent a header line without a valid name: '{}'",
                printable(line.substr(0, 64)));
  }
  if (has_control(parts->after)) {
    return fail(Errc::data_loss, "the server sent header '{}' with a control character in its value",
                parts->before);
  }
  return Headers::Field{.name = std::string(parts->before), .value = std::string(trim_blanks(parts->after))};
}

Result<std::optional<std::uint64_t>> find_content_length(const Headers& headers) {
  const auto lengths = headers.find_all("Content-Length");
  if (lengths.empty() || headers.has("Transfer-Encoding")) return std::nullopt;
  for (const auto length : lengths) {
    if (length != lengths.front()) {
      return fail(Errc::data_loss, "the server sent two Content-Length headers that differ");
    }
  }
  const auto bytes = parse_uint64(lengths.front(), "Content-Length");
  if (!bytes) return fail(Errc::data_loss, "Content-Length '{}' is not a number", lengths.front());
  return *bytes;
}

}  // namespace corten::http
