#pragma once

#include <span>
#include <string>
#include <string_view>

#include "term/template_value.hpp"

namespace corten::term::detail {

/// Go's fmt.Sprintf: verbs v T t d b o O x X c q U e E f F g G s, flags - + # 0 and space, width, precision
/// and
/// `*`; mistakes print as in Go, `%!d(string=a)`. Fails on argument indexes (`%[1]d`) and on widths over
/// 1,000.
Result<std::string> format_printf(std::string_view format, std::span<const Value> args);

/// Go's name of the type: "string", "int", "map[string]interface {}".
std::string_view go_type_name(Value value);

}  // namespace corten::term::detail
