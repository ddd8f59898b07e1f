#pragma once

#include <string_view>

#include "base/result.hpp"

namespace corten {

/// Whether the whole of `text` matches a pattern of Go's path.Match: `*` any run without '/', `?` one
/// character but '/', `[a-z]` and `[^a-z]` one of a set, a backslash takes the next character as it is. Works
/// on bytes: texts are ASCII, such as names of images. invalid_argument for a pattern that is malformed
/// anywhere, whether or not the text gets so far.
Result<bool> path_match(std::string_view pattern, std::string_view text);

}  // namespace corten
