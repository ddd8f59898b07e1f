#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace corten::oci {

/// An enumeration whose values have names in documents: `names_of(value)` lists them in the order of the
/// enumerators, which count from 0.
template <typename T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) {
  { names_of(value) } -> std::same_as<std::span<const std::string_view>>;
};

template <NamedEnum T>
std::string_view to_string(T value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

template <NamedEnum T>
std::optional<T> find_enum(std::string_view name) {
  const auto names = names_of(T{});
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<T>(i);
  }
  return std::nullopt;
}

/// `expected one of "mount", "pid", found "pdi"`.
std::string unknown_name(std::string_view found, std::span<const std::string_view> names);

}  // namespace corten::oci
