#pragma once

#include <string>
#include <vector>

#include "term/template.hpp"
#include "term/template_ast.hpp"

namespace corten::term::detail {

struct RenderJob {
  std::string_view name;    ///< of the template, for errors
  std::string_view source;  ///< for excerpts in errors
  const std::vector<Node>& nodes;
  const RenderOptions& options;
  const Json* headers = nullptr;  ///< set for the header row: fields print their headers
};

Result<std::string> render_template(const RenderJob& job, const Json& document);

}  // namespace corten::term::detail
