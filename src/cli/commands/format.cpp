#include "cli/commands/format.hpp"

#include "term/template.hpp"

namespace corten::cli {

Result<> print_document(const Io& io, std::string_view format, const Json& document, std::string_view text) {
  if (format.empty()) return io.print(text);
  if (format == "json") return io.print(to_json_text(document) + "\n");
  const auto parsed = TRY(term::Template::parse(format));
  const auto rendered = TRY(parsed.render(document, {.objects = term::RenderOptions::Objects::structs}));
  return io.print(rendered + "\n");
}

}  // namespace corten::cli
