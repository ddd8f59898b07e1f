#pragma once

#include <string_view>
#include <vector>

#include "term/template_ast.hpp"
#include "term/template_token.hpp"

namespace corten::term::detail {

/// Deeper nesting of blocks and parentheses is refused: it would be recursion here and in the renderer.
inline constexpr std::size_t kMaxTemplateDepth = 100;

/// The tree of a template. Unknown functions, undeclared variables and the parts of Go's language that we do
/// not have are errors with their place.
Result<std::vector<Node>> parse_template(std::string_view source, const LexOptions& options);

}  // namespace corten::term::detail
