#include "term/template_value.hpp"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace corten::term::detail {
namespace {

constexpr std::string_view kNoValue = "<no value>";
constexpr std::string_view kNil = "<nil>";

// Bytes a value takes, near enough for a cap. Values that functions make are texts, numbers and flat lists,
// or parts of the document once more.
std::size_t cost(const Json& value) {
  std::size_t bytes = sizeof(Json);
  if (value.is_string()) bytes += value.get_ref<const std::string&>().size();
  if (value.is_structured()) {
    for (const auto& item : value.items()) bytes += item.key().size() + cost(item.value());
  }
  return bytes;
}

// Documents come through parse_json(), which bounds their depth, so this recursion is bounded too.
void append_text(std::string& out, const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      out += value.get_ref<const std::string&>();
      return;
    case Json::value_t::number_float:
      out += float_text(value.get<double>());
      return;
    case Json::value_t::array: {
      std::string_view separator = "[";
      for (const auto& element : value) {
        out += separator;
        append_text(out, element);
        separator = " ";
      }
      out += value.empty() ? "[]" : "]";
      return;
    }
    case Json::value_t::object: {
      std::string_view separator = "map[";
      for (const auto& member : value.items()) {
        out += separator;
        out += member.key();
        out += ':';
        append_text(out, member.value());
        separator = " ";
      }
      out += value.empty() ? "map[]" : "]";
      return;
    }
    case Json::value_t::null:
      out += kNil;
      return;
    default:
      out += value.dump();
  }
}

}  // namespace

Value element_of(Value parent, const Json& element) {
  using enum Value::Shape;
  const bool is_struct = parent.shape == structure || parent.shape == struct_map;
  return {.json = &element, .shape = is_struct ? structure : data};
}

Result<Value> Arena::keep(Json value) {
  const auto bytes = cost(value);
  if (bytes > rest_) return fail(Errc::invalid_argument, "the values made by functions take too much memory");
  rest_ -= bytes;
  return Value{.json = &values_.emplace_back(std::move(value))};
}

bool is_true(Value value) {
  if (value.json == nullptr) return false;
  const auto& json = *value.json;
  switch (json.type()) {
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::string:
      return !json.get_ref<const std::string&>().empty();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return json != 0;
    case Json::value_t::number_float:
      return json.get<double>() != 0;
    default:
      return !json.empty();
  }
}

std::string to_text(Value value) {
  if (value.json == nullptr || value.json->is_null()) return std::string(kNoValue);
  return to_print_text(value);
}

std::string to_print_text(Value value) {
  if (value.json == nullptr) return std::string(kNil);
  std::string out;
  append_text(out, *value.json);
  return out;
}

std::string float_text(double number) {
  // strconv.FormatFloat(f, 'g', -1, 64): the fewest digits that read back, with an exponent when that is less
  // than -4 or over 5.
  std::array<char, 64> buffer{};
  const auto text = [&](std::chars_format format) {
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format);
    return std::string(buffer.data(), written.ptr);
  };
  auto scientific = text(std::chars_format::scientific);
  const auto mark = scientific.find('e');
  if (mark == std::string::npos) return scientific;  // inf, nan
  int exponent = 0;
  const bool negative = scientific[mark + 1] == '-';
  std::from_chars(scientific.data() + mark + 2, scientific.data() + scientific.size(), exponent);
  const bool plain = negative ? exponent <= 4 : exponent <= 5;
  return plain ? text(std::chars_format::fixed) : scientific;
}

std::string_view kind_name(Value value) {
  if (value.json == nullptr) return "a missing value";
  switch (value.json->type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "a map";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "a boolean";
    case Json::value_t::number_float:
      return "a floating-point number";
    default:
      return "a number";
  }
}

}  // namespace corten::term::detail
