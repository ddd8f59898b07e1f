#include <compare>
#include <optional>

#include <nlohmann/json.hpp>

#include "term/template_functions.hpp"

namespace corten::term::detail {
namespace {

using Args = std::span<const Value>;

bool is_nothing(Value value) { return value.json == nullptr || value.json->is_null(); }

// Exact for all integers: int64 and uint64 have no common type of their own.
std::partial_ordering compare_numbers(const Json& a, const Json& b) {
  if (a.is_number_float() || b.is_number_float()) return a.get<double>() <=> b.get<double>();
  __extension__ using Wide = __int128;
  const auto wide = [](const Json& n) {
    return n.is_number_unsigned() ? Wide{n.get<std::uint64_t>()} : Wide{n.get<std::int64_t>()};
  };
  const auto x = wide(a);
  const auto y = wide(b);
  return x < y ? std::partial_ordering::less
               : (x > y ? std::partial_ordering::greater : std::partial_ordering::equivalent);
}

// Nothing if the two are of different kinds or of one that has no order.
std::optional<std::partial_ordering> compare(Value a, Value b) {
  if (is_nothing(a) || is_nothing(b)) return std::nullopt;
  if (a.json->is_number() && b.json->is_number()) return compare_numbers(*a.json, *b.json);
  if (a.json->is_string() && b.json->is_string()) {
    return a.json->get_ref<const std::string&>() <=> b.json->get_ref<const std::string&>();
  }
  return std::nullopt;
}

std::unexpected<Error> fail_kinds(Value a, Value b) {
  return fail(Errc::invalid_argument, "cannot compare {} with {}", kind_name(a), kind_name(b));
}

Result<bool> equal(Value a, Value b) {
  if (is_nothing(a) || is_nothing(b)) return is_nothing(a) && is_nothing(b);
  if (a.json->is_boolean() && b.json->is_boolean()) return a.json->get<bool>() == b.json->get<bool>();
  const auto order = compare(a, b);
  if (!order) return fail_kinds(a, b);
  return *order == std::partial_ordering::equivalent;
}

Result<std::partial_ordering> order(Args args) {
  const auto result = compare(args[0], args[1]);
  if (!result) return fail_kinds(args[0], args[1]);
  return *result;
}

}  // namespace

// Go's eq takes several: is the first equal to any of the others?
Result<Value> compare_eq(Args args, Arena& arena) {
  if (args.size() < 2) return fail(Errc::invalid_argument, "needs a second argument to compare with");
  bool any = false;
  for (const auto& other : args.subspan(1)) {
    if (any) break;
    any = TRY(equal(args[0], other));
  }
  return arena.keep(Json(any));
}

Result<Value> compare_ne(Args args, Arena& arena) {
  const bool same = TRY(equal(args[0], args[1]));
  return arena.keep(Json(!same));
}

Result<Value> compare_lt(Args args, Arena& arena) {
  const auto result = TRY(order(args));
  return arena.keep(Json(std::is_lt(result)));
}

Result<Value> compare_le(Args args, Arena& arena) {
  const auto result = TRY(order(args));
  return arena.keep(Json(std::is_lteq(result)));
}

Result<Value> compare_gt(Args args, Arena& arena) {
  const auto result = TRY(order(args));
  return arena.keep(Json(std::is_gt(result)));
}

Result<Value> compare_ge(Args args, Arena& arena) {
  const auto result = TRY(order(args));
  return arena.keep(Json(std::is_gteq(result)));
}

}  // namespace corten::term::detail
