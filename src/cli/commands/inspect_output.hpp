#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/program.hpp"
#include "term/template.hpp"

namespace corten::cli {

struct InspectOutput {
  std::string format = {};  ///< As for --format: empty, "json" or a template.
  term::RenderOptions render = {};
};

/// Prints what `find` gives for each name as `docker inspect` does: an array indented by four spaces, one on
/// one line for "json", or the template once per name. Names that are not found are told after that, and the
/// exit code is 1 then.
Result<int> print_inspected(const Io& io, const InspectOutput& output, std::span<const std::string> names,
                            const std::function<Result<Json>(const std::string&)>& find);

/// What a template may say of an image: members that are maps, and Docker's other names of members.
term::RenderOptions image_render_options();

}  // namespace corten::cli
