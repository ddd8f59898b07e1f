#include "cli/binding.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/strings.hpp"

namespace corten::cli {

Result<> assign_value(bool& value, std::string_view text, std::string_view what) {
  // strconv.ParseBool of Go, which Docker's flags go through.
  static constexpr std::array<std::string_view, 6> kTrue = {"1", "t", "T", "TRUE", "true", "True"};
  static constexpr std::array<std::string_view, 6> kFalse = {"0", "f", "F", "FALSE", "false", "False"};
  const bool is_true = std::ranges::find(kTrue, text) != kTrue.end();
  const bool is_false = std::ranges::find(kFalse, text) != kFalse.end();
  if (!is_true && !is_false) {
    return fail(Errc::invalid_argument, "{}: expected true or false, found '{}'", what, text);
  }
  value = is_true;
  return {};
}

Result<> assign_value(std::string& value, std::string_view text, std::string_view /*what*/) {
  value = text;
  return {};
}

Result<> assign_value(std::int64_t& value, std::string_view text, std::string_view what) {
  value = TRY(parse_int64(text, what));
  return {};
}

Result<> assign_value(std::uint32_t& value, std::string_view text, std::string_view what) {
  constexpr auto kMax = std::numeric_limits<std::uint32_t>::max();
  const auto number = TRY(parse_uint64(text, what));
  if (number > kMax) return fail(Errc::invalid_argument, "{}: at most {}, found '{}'", what, kMax, text);
  value = static_cast<std::uint32_t>(number);
  return {};
}

Result<> assign_value(log::Level& value, std::string_view text, std::string_view what) {
  value = TRY_CTX(log::parse_level(text), "{}", what);
  return {};
}

Result<> assign_value(term::ProgressMode& value, std::string_view text, std::string_view what) {
  value = TRY_CTX(term::parse_progress_mode(text), "{}", what);
  return {};
}

}  // namespace corten::cli
