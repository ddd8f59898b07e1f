#include "term/template.hpp"

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template_parser.hpp"
#include "term/template_render.hpp"

namespace corten::term {
namespace {

// Templates are typed on a command line; a larger one is a mistake.
constexpr std::size_t kMaxSource = std::size_t{64} * 1024;

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

Template::Template(std::string source, TemplateOptions options, std::vector<detail::Node> nodes)
    : source_(std::move(source)), options_(std::move(options)), nodes_(std::move(nodes)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(std::string_view source, TemplateOptions options) {
  if (source.size() > kMaxSource) {
    return fail(Errc::invalid_argument, "{}: the template has {} bytes, at most {} are read", options.name,
                source.size(), kMaxSource);
  }
  auto nodes =
      TRY(detail::parse_template(source, {.name = options.name, .text_escapes = options.text_escapes}));
  return Template(std::string(source), std::move(options), std::move(nodes));
}

Result<std::string> Template::render(const Json& document, const RenderOptions& options) const {
  const detail::RenderJob job{.name = options_.name, .source = source_, .nodes = nodes_, .options = options};
  return detail::render_template(job, document);
}

Result<std::string> Template::render_header(const Json& headers) const {
  const RenderOptions options;
  const detail::RenderJob job{
      .name = options_.name, .source = source_, .nodes = nodes_, .options = options, .headers = &headers};
  return detail::render_template(job, headers);
}

std::string header_of_field(std::string_view name) {
  std::string spaced;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = i > 0 && is_upper(name[i]) && !is_upper(name[i - 1]);
    // The last capital of a run begins a word when a small letter follows: "OSType" is OS TYPE.
    const bool ends_run = i > 0 && is_upper(name[i]) && is_upper(name[i - 1]) && i + 1 < name.size() &&
                          name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (starts_word || ends_run) spaced += ' ';
    spaced += name[i];
  }
  return to_upper(spaced);
}

}  // namespace corten::term
