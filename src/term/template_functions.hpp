#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "term/template_value.hpp"

namespace corten::term::detail {

/// A function that templates call. Its errors say what is wrong without a place: the renderer knows it.
struct Function {
  /// The renderer evaluates `and` and `or` itself: what follows a decision is not evaluated.
  enum class Call : std::uint8_t { plain, and_, or_ };
  /// In the header row of a table a field is its header, and most functions leave it as it is.
  enum class InHeader : std::uint8_t { first_text, same };

  std::string_view name;
  std::size_t min_args;
  std::size_t max_args;
  Result<Value> (*run)(std::span<const Value> args, Arena& arena);
  Call call = Call::plain;
  InHeader in_header = InHeader::same;
};

inline constexpr std::size_t kManyArgs = 1000;

const Function* find_function(std::string_view name);

/// Why a function of Go's is not here, if it is one of those.
std::optional<std::string_view> find_refused_function(std::string_view name);

/// Sorted.
std::vector<std::string> function_names();

/// eq, ne, lt, le, gt, ge: template_compare.cpp.
Result<Value> compare_eq(std::span<const Value> args, Arena& arena);
Result<Value> compare_ne(std::span<const Value> args, Arena& arena);
Result<Value> compare_lt(std::span<const Value> args, Arena& arena);
Result<Value> compare_le(std::span<const Value> args, Arena& arena);
Result<Value> compare_gt(std::span<const Value> args, Arena& arena);
Result<Value> compare_ge(std::span<const Value> args, Arena& arena);

/// split, join, upper, lower, title, pad, truncate: template_text.cpp.
Result<Value> text_split(std::span<const Value> args, Arena& arena);
Result<Value> text_join(std::span<const Value> args, Arena& arena);
Result<Value> text_upper(std::span<const Value> args, Arena& arena);
Result<Value> text_lower(std::span<const Value> args, Arena& arena);
Result<Value> text_title(std::span<const Value> args, Arena& arena);
Result<Value> text_pad(std::span<const Value> args, Arena& arena);
Result<Value> text_truncate(std::span<const Value> args, Arena& arena);

/// len, index, slice: template_lists.cpp.
Result<Value> list_len(std::span<const Value> args, Arena& arena);
Result<Value> list_index(std::span<const Value> args, Arena& arena);
Result<Value> list_slice(std::span<const Value> args, Arena& arena);

/// "argument 2 must be a string, not a number".
std::unexpected<Error> fail_argument(std::size_t number, std::string_view expected, Value found);
/// Argument `number` (from 1) as a text or a whole number, or fail_argument().
Result<std::string_view> text_argument(std::span<const Value> args, std::size_t number);
Result<std::int64_t> int_argument(std::span<const Value> args, std::size_t number);

}  // namespace corten::term::detail
