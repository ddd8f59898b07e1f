#include "oci/json_fields.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace corten::oci {

std::unexpected<Error> fail_member(const JsonView& view, std::string_view name, const Error& error) {
  auto failure = view.fail_at(name, error.message());
  failure.error().set_kind(error.kind());
  return failure;
}

Result<> check_count(const JsonView& view, std::string_view name, std::size_t most) {
  const auto& object = view.json();
  const auto member = object.find(name);
  if (member == object.end() || !member->is_array() || member->size() <= most) return {};
  return view.fail_at(name, fmt::format("{} entries, at most {} are read", member->size(), most));
}

Result<> read_member(const JsonView& view, std::string_view name, std::string& out) {
  auto text = TRY(view.find_string(name));
  out = std::move(text).value_or("");
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, bool& out) {
  const auto value = TRY(view.find_bool(name));
  out = value.value_or(false);
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, Timestamp& out) {
  const auto text = TRY(view.find_string(name));
  if (!text) return {};
  auto time = parse_rfc3339(*text);
  if (!time) return fail_member(view, name, time.error());
  out = *time;
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::chrono::nanoseconds& out) {
  const auto count = TRY(view.find_int(name));
  out = std::chrono::nanoseconds(count.value_or(0));
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, Digest& out) {
  const auto text = TRY(view.find_string(name));
  if (!text) return {};
  auto digest = Digest::parse(*text);
  if (!digest) return fail_member(view, name, digest.error());
  out = *digest;
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::vector<std::string>& out) {
  out = TRY(view.find_strings(name));
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::vector<std::uint32_t>& out) {
  out.clear();
  if (!view.has(name)) return {};
  const auto& array = view.json().at(std::string(name));
  if (!array.is_array()) return view.fail_at(name, "expected an array of whole numbers");
  for (const auto& element : array) {
    if (!element.is_number_unsigned() || !std::in_range<std::uint32_t>(element.get<std::uint64_t>())) {
      return view.fail_at(fmt::format("{}[{}]", name, out.size()),
                          "expected a whole number of 0 to 4294967295");
    }
    out.push_back(element.get<std::uint32_t>());
  }
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::vector<Digest>& out) {
  out.clear();
  const auto texts = TRY(view.find_strings(name));
  for (const auto& text : texts) {
    auto digest = Digest::parse(text);
    if (!digest) return fail_member(view, fmt::format("{}[{}]", name, out.size()), digest.error());
    out.push_back(*digest);
  }
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::map<std::string, std::string>& out) {
  out = TRY(view.find_string_map(name));
  return {};
}

Result<> read_member(const JsonView& view, std::string_view name, std::set<std::string>& out) {
  const auto names = TRY(view.find_names(name));
  out = std::set<std::string>(names.begin(), names.end());
  return {};
}

void FieldReader::string_or_list(std::string_view name, std::optional<std::vector<std::string>>& out) {
  const auto& object = view_.json();
  const auto member = object.find(name);
  const bool is_string = member != object.end() && member->is_string();
  if (!is_string) return (*this)(name, out);
  known_.push_back(name);
  out.emplace(1, member->get<std::string>());
}

Result<> FieldReader::finish(JsonValue& extra) {
  TRY(std::move(status_));
  Json rest = Json::object();
  for (const auto& [name, value] : view_.json().items()) {
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const auto twin = std::ranges::find_if(
        known_, [&](std::string_view known) { return equal_ignoring_case(known, name); });
    if (twin != known_.end()) return view_.fail_at(name, fmt::format("expected the spelling '{}'", *twin));
    rest[name] = value;
  }
  extra = rest.empty() ? JsonValue() : JsonValue(std::move(rest));
  return {};
}

FieldWriter::FieldWriter(const JsonValue& extra)
    : object_(extra.get().is_object() ? extra.get() : Json::object()) {}

std::string unknown_name(std::string_view found, std::span<const std::string_view> names) {
  std::string text = "expected one of ";
  for (const auto name : names) text += fmt::format("\"{}\", ", name);
  return text + fmt::format("found \"{}\"", printable(found.substr(0, 64)));
}

}  // namespace corten::oci
