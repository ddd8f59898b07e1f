#pragma once

// Internal to src/oci: how a struct and its JSON object correspond, written down once.
//
// Each type has one function that names its members; reading, writing and keeping what is unknown all follow
// from it:
//
//   void fields(auto& visit, Is<Hook> auto& hook) {
//     visit("path", hook.path, Presence::required);
//     visit("timeout", hook.timeout_seconds);
//   }
//   Result<> read_json(const JsonView& view, Hook& out) { return read_fields(view, out); }
//   Json to_json(const Hook& hook) { return write_fields(hook); }
//
// A type used in another file also has the last two, declared in its header; others need only `fields`.

#include <chrono>
#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/timestamp.hpp"
#include "oci/digest.hpp"
#include "oci/enum_names.hpp"

namespace corten::oci {

/// Lets one `fields` serve both a struct to fill and a const one to write.
template <typename T, typename Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

template <typename T>
concept JsonStruct = requires(T value) {
  { value.extra } -> std::same_as<JsonValue&>;
};

enum class Presence : std::uint8_t {
  optional,  ///< May be absent; written unless empty.
  always,    ///< May be absent; written even when empty, as other readers expect it.
  required,  ///< Must be there; always written.
};

// Reading one member. Absent and null leave the empty value, as in Go; a wrong type is an error with the
// path.
Result<> read_member(const JsonView& view, std::string_view name, std::string& out);
Result<> read_member(const JsonView& view, std::string_view name, bool& out);
Result<> read_member(const JsonView& view, std::string_view name, Timestamp& out);
Result<> read_member(const JsonView& view, std::string_view name, std::chrono::nanoseconds& out);
Result<> read_member(const JsonView& view, std::string_view name, Digest& out);
Result<> read_member(const JsonView& view, std::string_view name, std::vector<std::string>& out);
Result<> read_member(const JsonView& view, std::string_view name, std::vector<std::uint32_t>& out);
Result<> read_member(const JsonView& view, std::string_view name, std::vector<Digest>& out);
Result<> read_member(const JsonView& view, std::string_view name, std::map<std::string, std::string>& out);
Result<> read_member(const JsonView& view, std::string_view name, std::set<std::string>& out);

template <std::integral T>
Result<> read_member(const JsonView& view, std::string_view name, T& out);
template <NamedEnum T>
Result<> read_member(const JsonView& view, std::string_view name, T& out);
template <JsonStruct T>
Result<> read_member(const JsonView& view, std::string_view name, T& out);
template <typename T>
Result<> read_member(const JsonView& view, std::string_view name, std::optional<T>& out);
template <typename T>
Result<> read_member(const JsonView& view, std::string_view name, std::vector<T>& out);
template <JsonStruct T>
Result<> read_member(const JsonView& view, std::string_view name, std::map<std::string, T>& out);

/// Fails if the member is an array of more elements: to be asked before they are read.
Result<> check_count(const JsonView& view, std::string_view name, std::size_t most);

/// The error of a member's text, with the path in front and the kind kept.
std::unexpected<Error> fail_member(const JsonView& view, std::string_view name, const Error& error);

/// Reads the members that `fields` names, remembers the first error and which names are known.
class FieldReader {
 public:
  explicit FieldReader(const JsonView& view) : view_(view) {}

  template <typename T>
  void operator()(std::string_view name, T& out, Presence presence = Presence::optional) {
    known_.push_back(name);
    if (!status_) return;
    if (presence == Presence::required && !view_.has(name)) {
      status_ = view_.fail_at(name, "is missing");
      return;
    }
    status_ = read_member(view_, name, out);
  }

  /// A list, or one string that stands for a list of one: Docker reads both (strslice).
  void string_or_list(std::string_view name, std::optional<std::vector<std::string>>& out);

  /// Everything not named goes to `extra`. A name that differs from a known one only in case is refused:
  /// readers in Go take it for the known one, so the document would mean two things (as in CVE-2021-41190).
  Result<> finish(JsonValue& extra);

 private:
  const JsonView& view_;
  std::vector<std::string_view> known_;
  Result<> status_;
};

template <JsonStruct T>
Result<> read_fields(const JsonView& view, T& out) {
  FieldReader reader(view);
  fields(reader, out);
  return reader.finish(out.extra);
}

/// By the type's own read_json() if it has one, which may check more than types.
template <JsonStruct T>
Result<> read_struct(const JsonView& view, T& out) {
  if constexpr (requires { read_json(view, out); }) {
    return read_json(view, out);
  } else {
    return read_fields(view, out);
  }
}

/// A whole document of one type.
template <JsonStruct T>
Result<T> parse_fields(std::string_view text, std::string_view what, const JsonLimits& limits = {}) {
  const auto json = TRY(parse_json(text, what, limits));
  const auto view = TRY(JsonView::of_object(json, std::string(what)));
  T value;
  TRY(read_struct(view, value));
  return value;
}

// Writing one member: its value, and whether it may be left out.
template <typename T>
Json write_value(const T& value);

template <typename T>
bool is_left_out(const T& value) {
  if constexpr (requires { value.has_value(); }) {
    return !value.has_value();
  } else if constexpr (requires { value.empty(); }) {
    return value.empty();
  } else {
    return value == T{};
  }
}

/// Collects the members that `fields` names, on top of the unknown ones.
class FieldWriter {
 public:
  explicit FieldWriter(const JsonValue& extra);

  template <typename T>
  void operator()(std::string_view name, const T& value, Presence presence = Presence::optional) {
    if (presence == Presence::optional && is_left_out(value)) return;
    object_[std::string(name)] = write_value(value);
  }

  void string_or_list(std::string_view name, const std::optional<std::vector<std::string>>& value) {
    (*this)(name, value);
  }

  Json take() { return std::move(object_); }

 private:
  Json object_;
};

template <JsonStruct T>
Json write_fields(const T& value) {
  FieldWriter writer(value.extra);
  fields(writer, value);
  return writer.take();
}

template <typename T>
Json write_value(const T& value) {
  if constexpr (std::same_as<T, Digest>) {
    return value.to_string();
  } else if constexpr (std::same_as<T, Timestamp>) {
    return format_rfc3339(value);
  } else if constexpr (std::same_as<T, std::chrono::nanoseconds>) {
    return value.count();
  } else if constexpr (std::same_as<T, std::set<std::string>>) {
    Json names = Json::object();
    for (const auto& name : value) names[name] = Json::object();
    return names;
  } else if constexpr (NamedEnum<T>) {
    return std::string(to_string(value));
  } else if constexpr (requires { value.has_value(); }) {
    return value ? write_value(*value) : Json();
  } else if constexpr (JsonStruct<T>) {
    if constexpr (requires { to_json(value); }) {
      return to_json(value);
    } else {
      return write_fields(value);
    }
  } else if constexpr (requires { typename T::mapped_type; }) {
    Json object = Json::object();
    for (const auto& [name, member] : value) object[name] = write_value(member);
    return object;
  } else if constexpr (requires { typename T::value_type; } && !std::same_as<T, std::string>) {
    Json array = Json::array();
    for (const auto& element : value) array.push_back(write_value(element));
    return array;
  } else {
    return value;
  }
}

template <std::integral T>
Result<> read_member(const JsonView& view, std::string_view name, T& out) {
  using Wide = std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>;
  std::optional<Wide> found;
  if constexpr (std::signed_integral<T>) {
    found = TRY(view.find_int(name));
  } else {
    found = TRY(view.find_uint(name));
  }
  if (found && !std::in_range<T>(*found)) {
    return view.fail_at(name, fmt::format("{} is out of range: expected {} to {}", *found,
                                          std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }
  out = static_cast<T>(found.value_or(0));
  return {};
}

template <NamedEnum T>
Result<> read_member(const JsonView& view, std::string_view name, T& out) {
  const auto text = TRY(view.find_string(name));
  out = T{};
  if (!text) return {};
  const auto value = find_enum<T>(*text);
  if (!value) return view.fail_at(name, unknown_name(*text, names_of(T{})));
  out = *value;
  return {};
}

template <JsonStruct T>
Result<> read_member(const JsonView& view, std::string_view name, T& out) {
  out = T{};
  const auto member = TRY(view.find_object(name));
  return member ? read_struct(*member, out) : Result<>{};
}

template <typename T>
Result<> read_member(const JsonView& view, std::string_view name, std::optional<T>& out) {
  out.reset();
  return view.has(name) ? read_member(view, name, out.emplace()) : Result<>{};
}

template <typename T>
Result<> read_member(const JsonView& view, std::string_view name, std::vector<T>& out) {
  const auto elements = TRY(view.find_objects(name));
  out.clear();
  out.reserve(elements.size());
  for (const auto& element : elements) TRY(read_struct(element, out.emplace_back()));
  return {};
}

template <JsonStruct T>
Result<> read_member(const JsonView& view, std::string_view name, std::map<std::string, T>& out) {
  out.clear();
  const auto object = TRY(view.find_object(name));
  if (!object) return {};
  for (const auto& [key, value] : object->json().items()) TRY(read_member(*object, key, out[key]));
  return {};
}

}  // namespace corten::oci
