#include "term/format.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/table.hpp"
#include "term/template_value.hpp"

namespace corten::term {
namespace {

constexpr std::string_view kTable = "table";
constexpr std::string_view kJson = "json";

std::string without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

// A field that a row lacks prints as nothing: a column may not apply to every row.
std::string field_text(const ListRow& row, std::string_view field) {
  const auto text = std::ranges::find(row.texts, field, &TextField::name);
  if (text != row.texts.end()) return text->text;
  const auto& fields = row.fields.get();
  const auto found = fields.find(field);
  return found == fields.end() || found->is_null() ? std::string() : detail::to_text({.json = &*found});
}

Json document_of(const ListRow& row) {
  auto document = row.fields.empty() ? Json::object() : row.fields.get();
  for (const auto& field : row.texts) document[std::string(field.name)] = field.text;
  return document;
}

std::string own_table(const ListOptions& options, std::span<const ListRow> rows) {
  std::vector<std::string> header;
  std::vector<std::string_view> fields;
  for (const auto& column : options.columns) {
    if (column.shown != Column::Shown::always) continue;
    header.emplace_back(column.header);
    fields.push_back(column.field);
  }
  Table table(std::move(header));
  for (const auto& row : rows) {
    std::vector<std::string> cells;
    for (const auto field : fields) cells.push_back(field_text(row, field));
    table.add_row(std::move(cells));
  }
  return table.render({.max_columns = options.terminal_columns, .tabs = {}});
}

Result<std::string> render_row(const Template& text, const ListOptions& options, const ListRow& row) {
  const RenderOptions render{.labels = row.labels.empty() ? nullptr : &row.labels.get()};
  const auto document = document_of(row);
  if (options.terminal_columns == 0) return text.render(document, render);
  const auto safe = with_printable_texts(document);
  return text.render(safe.get(), render);
}

// Lines of a template may hold several lines and any number of tabs; cells are what stands between.
void append_cells(Table& table, std::string_view text) {
  for (const auto line : split(text, '\n')) {
    std::vector<std::string> cells;
    for (const auto cell : split(line, '\t')) cells.emplace_back(cell);
    table.add_row(std::move(cells));
  }
}

Result<std::string> template_table(const Template& text, const ListOptions& options,
                                   std::span<const ListRow> rows) {
  Json headers = Json::object();
  for (const auto& column : options.columns) headers[std::string(column.field)] = column.header;
  Table table({});
  const auto header = TRY(text.render_header(headers));
  append_cells(table, header);
  for (const auto& row : rows) {
    const auto line = TRY(render_row(text, options, row));
    append_cells(table, line);
  }
  return table.render({.max_columns = options.terminal_columns, .tabs = {}});
}

std::string quiet_list(std::string_view field, std::span<const ListRow> rows) {
  std::string out;
  for (const auto& row : rows) out += printable(field_text(row, field)) + '\n';
  return out;
}

Result<std::string> list_text(const FormatSpec& format, const ListOptions& options,
                              std::span<const ListRow> rows) {
  if (!options.quiet_field.empty()) return quiet_list(options.quiet_field, rows);
  std::string out;
  switch (format.kind()) {
    case FormatSpec::Kind::table:
      return own_table(options, rows);
    case FormatSpec::Kind::table_template:
      return template_table(*format.text_template(), options, rows);
    case FormatSpec::Kind::json:
      for (const auto& row : rows) out += to_json_text(document_of(row)) + '\n';
      return out;
    case FormatSpec::Kind::text_template:
      break;
  }
  for (const auto& row : rows) {
    const auto line = TRY(render_row(*format.text_template(), options, row));
    out += line + '\n';
  }
  return out;
}

// As printable(), but newlines and tabs stay.
std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto at = std::min(text.find_first_of("\n\t"), text.size());
    out += printable(text.substr(0, at));
    if (at == text.size()) break;
    out += text[at];
    text.remove_prefix(at + 1);
  }
  return out;
}

// Documents come through parse_json() or our own code: their depth is bounded.
void make_printable(Json& value) {
  if (value.is_string()) value = printable_lines(value.get_ref<const std::string&>());
  if (value.is_structured()) {
    for (auto& element : value) make_printable(element);
  }
}

}  // namespace

Result<FormatSpec> FormatSpec::parse(std::string_view text, std::string_view name) {
  // Docker takes whatever begins with "table" for a table (cli formatter.Format.IsTable), spaces around the
  // template do not count.
  FormatSpec spec;
  std::string source(text);
  if (text.starts_with(kTable)) source = without_spaces(text.substr(kTable.size()));
  if (source.empty()) return spec;
  if (text == kJson) {
    spec.kind_ = Kind::json;
    return spec;
  }
  spec.kind_ = text.starts_with(kTable) ? Kind::table_template : Kind::text_template;
  spec.template_ = TRY(Template::parse(source, {.name = std::string(name), .text_escapes = true}));
  return spec;
}

Result<> print_list(Sink& out, const FormatSpec& format, const ListOptions& options,
                    std::span<const ListRow> rows) {
  const auto text = TRY(list_text(format, options, rows));
  return out.write(as_bytes(text));
}

JsonValue with_printable_texts(const Json& document) {
  Json safe = document;
  make_printable(safe);
  return JsonValue(std::move(safe));
}

}  // namespace corten::term
