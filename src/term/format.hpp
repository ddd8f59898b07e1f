#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.hpp"
#include "base/stream.hpp"
#include "term/template.hpp"

namespace corten::term {

/// The value of a list command's `--format`.
class FormatSpec {
 public:
  enum class Kind : std::uint8_t {
    table,           ///< "table" or empty: the command's own columns
    table_template,  ///< "table TEMPLATE": tab-separated columns with headers
    json,            ///< "json": one object per line
    text_template,   ///< anything else: the template once per row, a newline after each
  };

  /// In templates `\t` and `\n` are a tab and a newline. `name` names the option in errors.
  static Result<FormatSpec> parse(std::string_view text, std::string_view name = "--format");

  Kind kind() const { return kind_; }
  /// Null for table and json.
  const Template* text_template() const { return template_ ? &*template_ : nullptr; }

 private:
  FormatSpec() = default;

  Kind kind_ = Kind::table;
  std::optional<Template> template_;
};

/// A column that a list command can show. Fields are those of Docker's formatting pages.
struct Column {
  enum class Shown : std::uint8_t { always, on_request };

  std::string_view header;  ///< "CONTAINER ID"
  std::string_view field;   ///< "ID"
  Shown shown = Shown::always;
};

/// A field as it is shown. The name is that of a column, and outlives the row.
struct TextField {
  std::string_view name;
  std::string text;
};

struct ListRow {
  /// What most rows consist of; made into a document only for json and templates.
  std::vector<TextField> texts{};
  JsonValue fields{};  ///< An object with the fields that are not in `texts`.
  JsonValue labels{};  ///< An object of texts if the rows have `.Label "key"`.
};

struct ListOptions {
  std::span<const Column> columns;
  std::string_view
      quiet_field{};  ///< Not empty: print only this field of each row, whatever the format says.
  /// Not 0: the output is a terminal so wide. Long cells are shortened to fit, and control characters in what
  /// templates print of the rows are made visible: names and labels come from images.
  std::size_t terminal_columns = 0;
};

/// Prints rows as the format says, every line ending with a newline.
Result<> print_list(Sink& out, const FormatSpec& format, const ListOptions& options,
                    std::span<const ListRow> rows);

/// A copy of the document whose texts hold no control characters but newlines and tabs.
JsonValue with_printable_texts(const Json& document);

}  // namespace corten::term
