#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "term/progress.hpp"

namespace corten::cli {

/// How the text after a flag reaches the member of an options struct. Made by bind(), never by hand.
struct Binding {
  enum class Kind : std::uint8_t {
    boolean,  ///< `--flag` alone means true; a value needs `=`
    single,   ///< the last one given counts, as in Docker
    list,     ///< every one given counts
  };
  Kind kind = Kind::single;
  /// Converts `text` and stores it in the options struct behind `options`. `what` opens the error message.
  Result<> (*assign)(void* options, std::string_view text, std::string_view what) = nullptr;
};

/// Text to value. A type of another module joins by an overload in its own namespace, found by its argument.
/// Booleans are read as Go reads them: 1, t, T, TRUE, true, True and their opposites.
Result<> assign_value(bool& value, std::string_view text, std::string_view what);
Result<> assign_value(std::string& value, std::string_view text, std::string_view what);
Result<> assign_value(std::int64_t& value, std::string_view text, std::string_view what);
Result<> assign_value(std::uint32_t& value, std::string_view text, std::string_view what);
Result<> assign_value(log::Level& value, std::string_view text, std::string_view what);
Result<> assign_value(term::ProgressMode& value, std::string_view text, std::string_view what);

/// For flags where "not given" differs from every value.
template <typename T>
Result<> assign_value(std::optional<T>& value, std::string_view text, std::string_view what) {
  return assign_value(value.emplace(), text, what);
}

template <typename T>
Result<> assign_value(std::vector<T>& value, std::string_view text, std::string_view what) {
  return assign_value(value.emplace_back(), text, what);
}

namespace detail {

template <typename>
struct MemberPointer;
template <typename OptionsT, typename ValueT>
struct MemberPointer<ValueT OptionsT::*> {
  using Options = OptionsT;
  using Value = ValueT;
};

template <typename>
inline constexpr auto kBindingKind = Binding::Kind::single;
template <>
inline constexpr auto kBindingKind<bool> = Binding::Kind::boolean;
template <>
inline constexpr auto kBindingKind<std::optional<bool>> = Binding::Kind::boolean;
template <typename T>
inline constexpr auto kBindingKind<std::vector<T>> = Binding::Kind::list;

}  // namespace detail

/// `.bind = bind<&VersionOptions::format>()`. The member's type decides the kind: bool is a switch, a vector
/// takes every occurrence, anything else the last one.
template <auto Member>
constexpr Binding bind() {
  using Pointer = detail::MemberPointer<decltype(Member)>;
  return {.kind = detail::kBindingKind<typename Pointer::Value>,
          .assign = [](void* options, std::string_view text, std::string_view what) -> Result<> {
            return assign_value(static_cast<typename Pointer::Options*>(options)->*Member, text, what);
          }};
}

}  // namespace corten::cli
