#include "cli/commands/inspect_output.hpp"

#include <array>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/exit_codes.hpp"
#include "cli/report.hpp"

namespace corten::cli {
namespace {

constexpr int kIndent = 4;  // Docker's

Result<> print_all(const Io& io, const InspectOutput& output, const std::optional<term::Template>& text,
                   const Json& found) {
  if (!text) {
    return io.print(output.format.empty() ? to_pretty_json_text(found, kIndent) : to_json_text(found) + "\n");
  }
  // Docker prints an empty line when nothing was found.
  std::string out = found.empty() ? "\n" : "";
  for (const auto& document : found) {
    const auto rendered = TRY(text->render(document, output.render));
    out += rendered + "\n";
  }
  return io.print(out);
}

}  // namespace

Result<int> print_inspected(const Io& io, const InspectOutput& output, std::span<const std::string> names,
                            const std::function<Result<Json>(const std::string&)>& find) {
  std::optional<term::Template> text;
  if (!output.format.empty() && output.format != "json") text = TRY(term::Template::parse(output.format));
  Json found = Json::array();
  std::vector<Error> errors;
  for (const auto& name : names) {
    auto document = find(name);
    if (document) {
      found.push_back(std::move(*document));
    } else {
      errors.push_back(std::move(document).error());
    }
  }
  TRY(print_all(io, output, text, found));
  for (const auto& error : errors) report_error(io, error);
  return errors.empty() ? kExitSuccess : kExitFailure;
}

term::RenderOptions image_render_options() {
  static constexpr std::array<std::string_view, 5> kMaps = {"Labels", "ExposedPorts", "Volumes", "Data",
                                                            "annotations"};
  static constexpr std::array kAliases = {term::FieldAlias{.alias = "ID", .field = "Id"}};
  return {.objects = term::RenderOptions::Objects::structs, .map_members = kMaps, .aliases = kAliases};
}

}  // namespace corten::cli
