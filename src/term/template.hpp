#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/json.hpp"
#include "base/result.hpp"

namespace corten::term {

namespace detail {
struct Node;
}

struct TemplateOptions {
  std::string name = "--format";  ///< What the text is called in errors.
  /// `\t` and `\n` outside actions are a tab and a newline: in Docker's list commands, not in its inspect.
  bool text_escapes = false;
};

/// What a template may cost, so that a short text cannot fill the memory or run for hours.
struct TemplateLimits {
  std::size_t max_output_bytes = std::size_t{64} * 1024 * 1024;
  std::size_t max_value_bytes = std::size_t{64} * 1024 * 1024;  ///< of texts and lists that functions make
  std::size_t max_steps = 5'000'000;                            ///< actions run and values visited
};

/// A field's other name: Docker's types say ID where its JSON says Id.
struct FieldAlias {
  std::string_view alias;
  std::string_view field;
};

struct RenderOptions {
  /// JSON has one kind of object where Go has structs, whose fields are known, and maps. A field that a
  /// struct does not have is an error ("did you mean"), one that a map does not have prints `<no value>`.
  enum class Objects : std::uint8_t {
    row,      ///< the document is a struct, all objects in it are maps: list commands
    structs,  ///< all are structs but the members named in `map_members`: inspect
    maps,     ///< all are maps
  };
  Objects objects = Objects::row;
  std::span<const std::string_view> map_members{};  ///< "Labels", "Networks", ...: also null there is a map
  std::span<const FieldAlias> aliases{};
  const Json* labels = nullptr;  ///< An object; enables `.Label "key"` on the document, "" for unknown keys.
  TemplateLimits limits{};
};

/// Docker's templates (Go's text/template and Docker's functions), evaluated over JSON. Parse once, render
/// often; rendering is const and safe in threads.
///
/// Supported: fields, variables, if, with, range, else, break, continue, pipelines, parentheses, literals,
/// comments, trim markers; the functions of Go (but html, js, urlquery, call) and of Docker. Not: define,
/// template, block. Values print as Go prints them: `[a b]`, `map[k:v]`, `<no value>`.
///
/// Where we differ from Go, because JSON does not have Go's types: whole numbers of a document are integers
/// (Go has floats where it has no struct), integers and floats compare, null is an empty list, map or pointer
/// (`len` is 0, `range` runs its else), `join` takes a list of anything, and upper, lower and title change
/// ASCII only.
///
/// Errors are invalid_argument with line and column, and an excerpt in the hint (term/excerpt.hpp).
class Template {
 public:
  static Result<Template> parse(std::string_view source, TemplateOptions options = {});

  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  Template(const Template&) = delete;
  Template& operator=(const Template&) = delete;
  ~Template();

  Result<std::string> render(const Json& document, const RenderOptions& options = {}) const;

  /// The header row for `table`: every field prints its entry of `headers` (an object), or one made of its
  /// name
  /// ("CreatedAt": "CREATED AT"), and functions leave texts as they are.
  Result<std::string> render_header(const Json& headers) const;

  const std::string& source() const { return source_; }

 private:
  Template(std::string source, TemplateOptions options, std::vector<detail::Node> nodes);

  std::string source_;
  TemplateOptions options_;
  std::vector<detail::Node> nodes_;
};

/// The header of a field that has none of its own: "CreatedAt" is "CREATED AT", "ID" is "ID".
std::string header_of_field(std::string_view name);

}  // namespace corten::term
