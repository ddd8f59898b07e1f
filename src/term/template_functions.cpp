#include "term/template_functions.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "term/template_printf.hpp"

namespace corten::term::detail {
namespace {

using Args = std::span<const Value>;

Json json_or_null(Value value) { return value.json == nullptr ? Json() : *value.json; }

Result<Value> call_json(Args args, Arena& arena) {
  return arena.keep(Json(to_json_text(json_or_null(args[0]))));
}

Result<Value> call_prettyjson(Args args, Arena& arena) {
  auto text = to_pretty_json_text(json_or_null(args[0]));
  text.pop_back();  // the newline
  return arena.keep(Json(std::move(text)));
}

// fmt.Sprint: a space between two neighbours that are both no strings.
Result<Value> call_print(Args args, Arena& arena) {
  std::string out;
  bool after_other = false;
  for (const auto& arg : args) {
    const bool other = arg.json == nullptr || !arg.json->is_string();
    if (other && after_other) out += ' ';
    out += to_print_text(arg);
    after_other = other;
  }
  return arena.keep(Json(std::move(out)));
}

Result<Value> call_println(Args args, Arena& arena) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i != 0) out += ' ';
    out += to_print_text(args[i]);
  }
  return arena.keep(Json(out + '\n'));
}

Result<Value> call_printf(Args args, Arena& arena) {
  const auto format = TRY(text_argument(args, 1));
  auto text = TRY(format_printf(format, args.subspan(1)));
  return arena.keep(Json(std::move(text)));
}

Result<Value> call_not(Args args, Arena& arena) { return arena.keep(Json(!is_true(args[0]))); }

using enum Function::InHeader;
using enum Function::Call;

// Sorted by name. Those of Go: pkg.go.dev/text/template#hdr-Functions; of Docker: cli/templates
// basicFunctions.
constexpr Function kFunctions[] = {
    {"and", 1, kManyArgs, nullptr, and_, same},
    {"eq", 1, kManyArgs, compare_eq, plain, same},
    {"ge", 2, 2, compare_ge, plain, same},
    {"gt", 2, 2, compare_gt, plain, same},
    {"index", 1, kManyArgs, list_index, plain, first_text},
    {"join", 2, 2, text_join, plain, first_text},
    {"json", 1, 1, call_json, plain, first_text},
    {"le", 2, 2, compare_le, plain, same},
    {"len", 1, 1, list_len, plain, first_text},
    {"lower", 1, 1, text_lower, plain, first_text},
    {"lt", 2, 2, compare_lt, plain, same},
    {"ne", 2, 2, compare_ne, plain, same},
    {"not", 1, 1, call_not, plain, same},
    {"or", 1, kManyArgs, nullptr, or_, same},
    {"pad", 3, 3, text_pad, plain, same},
    {"prettyjson", 1, 1, call_prettyjson, plain, first_text},
    {"print", 0, kManyArgs, call_print, plain, same},
    {"printf", 1, kManyArgs, call_printf, plain, same},
    {"println", 0, kManyArgs, call_println, plain, same},
    {"slice", 1, 4, list_slice, plain, first_text},
    {"split", 2, 2, text_split, plain, first_text},
    {"title", 1, 1, text_title, plain, first_text},
    {"truncate", 2, 2, text_truncate, plain, first_text},
    {"upper", 1, 1, text_upper, plain, first_text},
};

struct Refused {
  std::string_view name;
  std::string_view reason;
};

constexpr Refused kRefused[] = {
    {"call", "there are no function values in the data"},
    {"html", "output goes to terminals and scripts; convert it there"},
    {"js", "use json, whose strings are valid JavaScript"},
    {"urlquery", "output goes to terminals and scripts; convert it there"},
};

}  // namespace

const Function* find_function(std::string_view name) {
  const auto* found = std::ranges::find(kFunctions, name, &Function::name);
  return found == std::end(kFunctions) ? nullptr : found;
}

std::optional<std::string_view> find_refused_function(std::string_view name) {
  const auto* found = std::ranges::find(kRefused, name, &Refused::name);
  if (found == std::end(kRefused)) return std::nullopt;
  return found->reason;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const auto& function : kFunctions) names.emplace_back(function.name);
  return names;
}

std::unexpected<Error> fail_argument(std::size_t number, std::string_view expected, Value found) {
  return fail(Errc::invalid_argument, "argument {} must be {}, not {}", number, expected, kind_name(found));
}

Result<std::string_view> text_argument(std::span<const Value> args, std::size_t number) {
  const auto arg = args[number - 1];
  if (arg.json == nullptr || !arg.json->is_string()) return fail_argument(number, "a string", arg);
  return std::string_view(arg.json->get_ref<const std::string&>());
}

Result<std::int64_t> int_argument(std::span<const Value> args, std::size_t number) {
  const auto arg = args[number - 1];
  if (arg.json == nullptr || !arg.json->is_number_integer())
    return fail_argument(number, "a whole number", arg);
  constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (arg.json->is_number_unsigned() && arg.json->get<std::uint64_t>() > kMax) {
    return fail(Errc::invalid_argument, "argument {} is over 2^63 - 1", number);
  }
  return arg.json->get<std::int64_t>();
}

}  // namespace corten::term::detail
