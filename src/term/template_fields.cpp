#include "term/template_fields.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/distance.hpp"
#include "base/strings.hpp"

namespace corten::term::detail {
namespace {

using Objects = RenderOptions::Objects;
using Shape = Value::Shape;

// More names than this in an error are noise.
constexpr std::size_t kMaxNames = 40;

Shape shape_of_member(const RenderOptions& options, std::string_view name) {
  const bool structs = options.objects == Objects::structs;
  const bool is_map = std::ranges::find(options.map_members, name) != options.map_members.end();
  if (is_map) return structs ? Shape::struct_map : Shape::map;
  return structs ? Shape::structure : Shape::data;
}

bool is_map(Value value) { return value.shape == Shape::map || value.shape == Shape::struct_map; }

// Wrong capitals are the usual mistake, and often more than a typing error's worth of them: .ipaddress
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& names) {
  const auto same = [name](const std::string& other) { return equal_ignoring_case(other, name); };
  const auto found = std::ranges::find_if(names, same);
  return found != names.end() ? *found : find_nearest(name, names);
}

std::unexpected<Error> fail_no_field(const Json& object, std::string_view name) {
  std::vector<std::string> names;
  for (const auto& member : object.items()) names.push_back(printable(member.key()));
  auto failure = fail(Errc::invalid_argument, "no field '{}'", printable(name));
  if (const auto nearest = nearest_name(name, names)) {
    return with_hint(std::move(failure), "did you mean '.{}'?", *nearest);
  }
  if (names.empty()) return failure;
  const bool cut = names.size() > kMaxNames;
  if (cut) names.resize(kMaxNames);
  return with_hint(std::move(failure), "fields: {}{}", join(names, ", "), cut ? ", ..." : "");
}

std::optional<std::string_view> find_alias(const RenderOptions& options, std::string_view name) {
  const auto found = std::ranges::find(options.aliases, name, &FieldAlias::alias);
  if (found == options.aliases.end()) return std::nullopt;
  return found->field;
}

}  // namespace

Value root_value(const RenderOptions& options, const Json& document) {
  return {.json = &document, .shape = options.objects == Objects::maps ? Shape::data : Shape::structure};
}

Result<Value> read_field(const RenderOptions& options, Value value, std::string_view name) {
  if (value.json == nullptr) return Value{};
  const auto& json = *value.json;
  if (json.is_null() && is_map(value)) return Value{};
  if (json.is_null()) {
    return with_hint(fail(Errc::invalid_argument, "there is no '{}' in null", printable(name)),
                     "test it first: {{{{with .X}}}}{{{{.{}}}}}{{{{end}}}}", printable(name));
  }
  if (!json.is_object()) {
    return fail(Errc::invalid_argument, "no field '{}': this is {}", printable(name), kind_name(value));
  }
  auto found = json.find(name);
  if (found == json.end() && value.shape == Shape::structure) {
    if (const auto field = find_alias(options, name)) found = json.find(*field);
    if (found == json.end()) return fail_no_field(json, name);
  }
  if (found == json.end()) return Value{};
  if (is_map(value)) return element_of(value, *found);
  return Value{.json = &*found, .shape = shape_of_member(options, name)};
}

Json find_label(const Json& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found != labels.end() && found->is_string() ? *found : Json("");
}

Json header_of(const Json& headers, const std::string& name) {
  const auto found = headers.find(name);
  return found != headers.end() && found->is_string() ? *found : Json(header_of_field(name));
}

// cli formatter.SubHeaderContext.Label: what follows the last dot, '-' and '_' as spaces.
Json header_of_label(std::string_view key) {
  const auto halves = cut_last(key, '.');
  std::string header(halves ? halves->after : key);
  std::ranges::replace(header, '-', ' ');
  std::ranges::replace(header, '_', ' ');
  return Json(std::move(header));
}

}  // namespace corten::term::detail
