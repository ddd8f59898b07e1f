#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/json_value.hpp"
#include "term/excerpt.hpp"
#include "term/template_functions.hpp"

namespace corten::term::detail {

struct Pipeline;

/// A name after a dot.
struct FieldName {
  std::string name;
  SourceSpan span{};
};

/// One word of a command: `.A.B`, `$x.A`, `(pipeline).A`, `upper`, `"text"`, `nil`.
struct Operand {
  enum class Kind : std::uint8_t { dot, variable, function, literal, nil, group };
  Kind kind = Kind::dot;
  SourceSpan span{};
  std::string variable{};              ///< with the dollar
  const Function* function = nullptr;  ///< of the table of functions, which is static
  JsonValue literal{};
  std::unique_ptr<Pipeline> group{};
  std::vector<FieldName> path{};  ///< of dot, variable and group
};

/// Words: a value, or a function or method and its arguments.
struct Command {
  std::vector<Operand> words;
};

/// Commands joined by `|`, and the variables that take the result.
struct Pipeline {
  enum class Binding : std::uint8_t { none, declare, assign };
  SourceSpan span{};
  Binding binding = Binding::none;
  std::vector<std::string> variables{};  ///< two only in range
  std::vector<Command> commands{};
};

struct Node {
  enum class Kind : std::uint8_t { text, action, if_, with, range, break_, continue_ };
  Kind kind = Kind::text;
  SourceSpan span{};
  std::string text{};
  Pipeline pipeline{};
  std::vector<Node> body{};
  std::vector<Node> otherwise{};
};

}  // namespace corten::term::detail
