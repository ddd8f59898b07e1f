#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::image {

/// A word of an instruction without its quotes, and where it began: characters from 1.
struct ChangeWord {
  std::string text;
  std::size_t position = 0;
};

/// The value of a variable, or nothing if it is not set.
using FindVariable = std::function<std::optional<std::string>(std::string_view name)>;

/// Splits the part of an instruction from byte `offset` of `line` on, as a Dockerfile does: words end at
/// white space; "..." and '...' hold words together; a backslash takes the next character as it is; $NAME and
/// ${NAME} are replaced, not within single quotes, by nothing when not set. invalid_argument with the
/// position for an open quote and for other forms of ${}.
Result<std::vector<ChangeWord>> split_change_words(std::string_view line, std::size_t offset,
                                                   const FindVariable& find_variable);

/// As above, for a text that is one word to its end: white space stays.
Result<ChangeWord> unquote_change(std::string_view line, std::size_t offset,
                                  const FindVariable& find_variable);

/// "at character 7: ..."
template <typename... Args>
[[nodiscard]] std::unexpected<Error> fail_at_character(std::size_t position,
                                                       fmt::format_string<Args...> format, Args&&... args) {
  return fail(Errc::invalid_argument, "at character {}: {}", position,
              fmt::vformat(format, fmt::make_format_args(args...)));
}

}  // namespace corten::image
