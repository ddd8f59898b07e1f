#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "term/excerpt.hpp"

namespace corten::term::detail {

enum class TokenKind : std::uint8_t {
  text,         ///< outside actions, trimmed; `text` is what to print
  open,         ///< {{
  close,        ///< }}
  identifier,   ///< function name or keyword
  field,        ///< .Name; `text` is the name
  dot,          ///< .
  variable,     ///< $ or $name; `text` with the dollar
  string,       ///< quoted or raw; `text` is the value
  number,       ///< `text` as written
  character,    ///< 'x'; `text` is the character
  pipe,         ///< |
  comma,        ///< ,
  declare,      ///< :=
  assign,       ///< =
  left_paren,   ///< (
  right_paren,  ///< )
  end,          ///< of the template
};

struct Token {
  TokenKind kind = TokenKind::end;
  SourceSpan span;
  std::string text;
  bool after_space = false;  ///< separated from the token before: `.A .B` is two words, `.A.B` is one
};

struct LexOptions {
  std::string_view name;      ///< for errors: "--format"
  bool text_escapes = false;  ///< `\t` and `\n` in text outside actions are a tab and a newline
};

/// Splits a template into tokens; the last one is `end`. Comments are gone and the spaces that {{- and -}}
/// trim too. (Syntax: pkg.go.dev/text/template.)
Result<std::vector<Token>> lex_template(std::string_view source, const LexOptions& options);

}  // namespace corten::term::detail
