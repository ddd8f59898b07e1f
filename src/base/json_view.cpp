#include "base/json_view.hpp"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"

namespace corten {
namespace {

// What was found, short enough for an error: `string "abc"`, `number 1.5`, `an object`.
std::string describe(const Json& value) {
  constexpr std::size_t kMaxShown = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  auto text = to_json_text(value);
  if (text.size() > kMaxShown) text = text.substr(0, kMaxShown) + "...";
  return fmt::format("{} {}", value.type_name(), printable(text));
}

bool fits_int64(const Json& value) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() &&
           value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

Result<JsonView> JsonView::of_object(const Json& value, std::string path) {
  if (!value.is_object()) {
    return fail(Errc::invalid_argument, "{}: expected an object, found {}", path, describe(value));
  }
  return JsonView(value, std::move(path));
}

const Json* JsonView::find(std::string_view name) const {
  const auto member = value_->find(name);
  return member == value_->end() || member->is_null() ? nullptr : &*member;
}

bool JsonView::has(std::string_view name) const { return find(name) != nullptr; }

std::string JsonView::child_path(std::string_view name) const {
  return fmt::format("{}.{}", path_, printable(name));
}

std::unexpected<Error> JsonView::fail_at(std::string_view name, std::string_view problem) const {
  return fail(Errc::invalid_argument, "{}: {}", child_path(name), problem);
}

std::unexpected<Error> JsonView::wrong_type(std::string_view name, std::string_view expected,
                                            const Json& found) const {
  return fail_at(name, fmt::format("expected {}, found {}", expected, describe(found)));
}

Result<std::optional<std::string>> JsonView::find_string(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) return wrong_type(name, "a string", *member);
  return member->get<std::string>();
}

Result<std::optional<std::int64_t>> JsonView::find_int(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!fits_int64(*member)) return wrong_type(name, "a whole number", *member);
  return member->get<std::int64_t>();
}

Result<std::optional<std::uint64_t>> JsonView::find_uint(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_number_unsigned()) return wrong_type(name, "a whole number of 0 or more", *member);
  return member->get<std::uint64_t>();
}

Result<std::optional<double>> JsonView::find_double(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_number()) return wrong_type(name, "a number", *member);
  return member->get<double>();
}

Result<std::optional<bool>> JsonView::find_bool(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_boolean()) return wrong_type(name, "true or false", *member);
  return member->get<bool>();
}

Result<std::optional<JsonView>> JsonView::find_object(std::string_view name) const {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_object()) return wrong_type(name, "an object", *member);
  return JsonView(*member, child_path(name));
}

Result<std::vector<JsonView>> JsonView::find_objects(std::string_view name) const {
  std::vector<JsonView> views;
  const auto* member = find(name);
  if (member == nullptr) return views;
  if (!member->is_array()) return wrong_type(name, "an array of objects", *member);
  for (std::size_t i = 0; i < member->size(); ++i) {
    auto view = TRY(JsonView::of_object((*member)[i], fmt::format("{}[{}]", child_path(name), i)));
    views.push_back(std::move(view));
  }
  return views;
}

Result<std::vector<std::string>> JsonView::find_strings(std::string_view name) const {
  std::vector<std::string> strings;
  const auto* member = find(name);
  if (member == nullptr) return strings;
  if (!member->is_array()) return wrong_type(name, "an array of strings", *member);
  for (std::size_t i = 0; i < member->size(); ++i) {
    const auto& element = (*member)[i];
    if (!element.is_string()) return wrong_type(fmt::format("{}[{}]", name, i), "a string", element);
    strings.push_back(element.get<std::string>());
  }
  return strings;
}

Result<std::map<std::string, std::string>> JsonView::find_string_map(std::string_view name) const {
  std::map<std::string, std::string> map;
  const auto* member = find(name);
  if (member == nullptr) return map;
  if (!member->is_object()) return wrong_type(name, "an object of strings", *member);
  for (const auto& [key, value] : member->items()) {
    if (!value.is_string()) return wrong_type(fmt::format("{}.{}", name, key), "a string", value);
    map.emplace(key, value.get<std::string>());
  }
  return map;
}

Result<std::vector<std::string>> JsonView::find_names(std::string_view name) const {
  std::vector<std::string> names;
  const auto* member = find(name);
  if (member == nullptr) return names;
  if (!member->is_object()) return wrong_type(name, "an object", *member);
  for (const auto& [key, value] : member->items()) names.push_back(key);
  return names;
}

Result<std::string> JsonView::require_string(std::string_view name) const {
  auto found = TRY(find_string(name));
  if (!found) return fail_at(name, "is missing, expected a string");
  return std::move(*found);
}

Result<std::int64_t> JsonView::require_int(std::string_view name) const {
  const auto found = TRY(find_int(name));
  if (!found) return fail_at(name, "is missing, expected a whole number");
  return *found;
}

Result<JsonView> JsonView::require_object(std::string_view name) const {
  auto found = TRY(find_object(name));
  if (!found) return fail_at(name, "is missing, expected an object");
  return std::move(*found);
}

Result<std::vector<JsonView>> JsonView::require_objects(std::string_view name) const {
  if (!has(name)) return fail_at(name, "is missing, expected an array of objects");
  return find_objects(name);
}

JsonValue JsonView::unknown(std::initializer_list<std::string_view> known) const {
  Json rest = Json::object();
  for (const auto& [key, value] : value_->items()) {
    if (std::ranges::find(known, key) == known.end()) rest[key] = value;
  }
  return rest.empty() ? JsonValue() : JsonValue(std::move(rest));
}

}  // namespace corten
