#pragma once

#include <expected>
#include <type_traits>
#include <utility>

#include "base/error.hpp"

namespace corten {

/// The value, or why there is none.
template <typename T = void>
using Result = std::expected<T, Error>;

/// `return fail(Errc::not_found, "no image '{}'", name);`
template <typename... Args>
[[nodiscard]] std::unexpected<Error> fail(Errc kind, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(make_error(kind, 0, format, fmt::make_format_args(args...)));
}

/// A failed system call: the kind follows from errno. Copy errno into a local before anything else runs:
/// `const int err = errno; return fail_errno(err, "opening '{}'", path);`
template <typename... Args>
[[nodiscard]] std::unexpected<Error> fail_errno(int errnum, fmt::format_string<Args...> format,
                                                Args&&... args) {
  return std::unexpected(make_error(errc_from_errno(errnum), errnum, format, fmt::make_format_args(args...)));
}

/// The same failure with advice attached: `return with_hint(fail(...), "run 'corten login {}'", host);`
template <typename... Args>
[[nodiscard]] std::unexpected<Error> with_hint(std::unexpected<Error> failure,
                                               fmt::format_string<Args...> format, Args&&... args) {
  failure.error().set_hint(fmt::vformat(format, fmt::make_format_args(args...)));
  return failure;
}

/// The same failure with one more frame around it.
template <typename... Args>
[[nodiscard]] std::unexpected<Error> with_frame(Error error, fmt::format_string<Args...> format,
                                                Args&&... args) {
  error.add_frame(fmt::vformat(format, fmt::make_format_args(args...)));
  return std::unexpected(std::move(error));
}

namespace detail {
/// Lets TRY move a value out of any Result and still be `void` for Result<>.
template <typename T>
T take_value(std::expected<T, Error>& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace detail

}  // namespace corten

#define CORTEN_CONCAT_IMPL(a, b) a##b
#define CORTEN_CONCAT(a, b) CORTEN_CONCAT_IMPL(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): `name` is a declaration, which takes no parentheses
#define CORTEN_TRY_IMPL(name, expression)              \
  __extension__({                                      \
    auto name = (expression);                          \
    if (!name) [[unlikely]]                            \
      return std::unexpected(std::move(name).error()); \
    ::corten::detail::take_value(name);                \
  })

#define CORTEN_TRY_CTX_IMPL(name, expression, ...)                       \
  __extension__({                                                        \
    auto name = (expression);                                            \
    if (!name) [[unlikely]]                                              \
      return ::corten::with_frame(std::move(name).error(), __VA_ARGS__); \
    ::corten::detail::take_value(name);                                  \
  })
// NOLINTEND(bugprone-macro-parentheses)

/// The value of a Result, or return its error from the enclosing function.
///
/// Only as a whole initializer, assignment, `return` operand or statement: GCC 12 leaks already built
/// siblings when TRY returns from inside a braced list or an argument list. tools/check_style enforces the
/// position.
#define TRY(expression) CORTEN_TRY_IMPL(CORTEN_CONCAT(corten_try_, __COUNTER__), expression)

/// TRY that adds a frame saying what was being done: TRY_CTX(open_x(), "loading bundle '{}'", id).
#define TRY_CTX(expression, ...) \
  CORTEN_TRY_CTX_IMPL(CORTEN_CONCAT(corten_try_, __COUNTER__), expression, __VA_ARGS__)
