#include <algorithm>

#include "base/strings.hpp"
#include "term/template_literal.hpp"
#include "term/template_token.hpp"
#include "term/utf8.hpp"

namespace corten::term::detail {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) { return kSpace.find(c) != std::string_view::npos; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// Bytes over 0x7F are taken as letters: field names may be in any language.
bool is_name_byte(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string_view trim_left(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kSpace), text.size()));
}

std::string_view trim_right(std::string_view text) {
  const auto last = text.find_last_not_of(kSpace);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Docker replaces the two characters `\t` and `\n` in list templates before it parses them (cli
// formatter.Context.preFormat). Only those two, so `\\` stays.
std::string with_escapes(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 't' || next == 'n') {
      out += next == 't' ? '\t' : '\n';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

class Lexer {
 public:
  Lexer(std::string_view source, const LexOptions& options) : source_(source), options_(options) {}

  Result<std::vector<Token>> run() {
    while (at_ < source_.size()) TRY(lex_text());
    add(TokenKind::end, source_.size(), 0);
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return source_.substr(at_); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  void add(TokenKind kind, std::size_t offset, std::size_t length, std::string text = {}) {
    tokens_.push_back({kind, {.offset = offset, .length = length}, std::move(text), space_before_});
    space_before_ = false;
  }

  std::unexpected<Error> fail_at(std::size_t offset, std::size_t length, std::string message,
                                 std::string advice = {}) const {
    return fail_in_source(options_.name, source_, {.offset = offset, .length = length},
                          {.message = std::move(message), .advice = std::move(advice)});
  }

  // The text up to the next action, then that action.
  Result<> lex_text() {
    const auto open = std::min(source_.find("{{", at_), source_.size());
    auto text = source_.substr(at_, open - at_);
    const bool trims_before =
        open + 3 < source_.size() && source_[open + 2] == '-' && is_space(source_[open + 3]);
    if (trim_next_) text = trim_left(text);
    if (trims_before) text = trim_right(text);
    trim_next_ = false;
    if (!text.empty()) {
      add(TokenKind::text, at_, open - at_, options_.text_escapes ? with_escapes(text) : std::string(text));
    }
    at_ = open;
    if (open == source_.size()) return {};
    const auto begin = at_ + 2 + (trims_before ? 2 : 0);
    if (source_.substr(begin).starts_with("/*")) return skip_comment(begin);
    add(TokenKind::open, at_, begin - at_);
    at_ = begin;
    return lex_action(open);
  }

  Result<> skip_comment(std::size_t begin) {
    const auto end = source_.find("*/", begin + 2);
    if (end == std::string_view::npos) return fail_at(begin, 2, "this comment has no '*/'");
    at_ = end + 2;
    if (const auto closing = closing_bytes(); closing != 0) {
      at_ += closing;
      return {};
    }
    return fail_at(at_, 1, "a comment must fill its action: expected '}}' after '*/'");
  }

  // The bytes of "}}" or " -}}" here, 0 if it is neither; remembers whether the next text is trimmed.
  std::size_t closing_bytes() {
    if (rest().starts_with("}}")) return 2;
    const auto spaces = std::min(rest().find_first_not_of(kSpace), rest().size());
    if (spaces == 0 || !rest().substr(spaces).starts_with("-}}")) return 0;
    trim_next_ = true;
    return spaces + 3;
  }

  Result<> lex_action(std::size_t open) {
    while (at_ < source_.size()) {
      if (const auto closing = closing_bytes(); closing != 0) {
        add(TokenKind::close, at_, closing);
        at_ += closing;
        return {};
      }
      if (is_space(peek())) {
        space_before_ = true;
        ++at_;
      } else {
        TRY(lex_token());
      }
    }
    return fail_at(open, 2, "this action has no '}}'");
  }

  Result<> lex_token() {
    const char c = peek();
    if (c == '"' || c == '\'') return lex_quoted(c);
    if (c == '`') return lex_raw();
    if (is_digit(c) || ((c == '.' || c == '+' || c == '-') && starts_number())) return lex_number();
    if (c == '.') return lex_field();
    if (c == '$') return lex_name(TokenKind::variable, 1);
    if (is_name_byte(c)) return lex_name(TokenKind::identifier, 0);
    return lex_punctuation();
  }

  bool starts_number() const {
    const auto digit = peek() == '.' ? std::size_t{1} : std::size_t{peek(1) == '.' ? 2U : 1U};
    return is_digit(peek(digit));
  }

  Result<> lex_punctuation() {
    if (rest().starts_with(":=")) return one(TokenKind::declare, 2);
    switch (peek()) {
      case '|':
        return one(TokenKind::pipe, 1);
      case ',':
        return one(TokenKind::comma, 1);
      case '=':
        return one(TokenKind::assign, 1);
      case '(':
        return one(TokenKind::left_paren, 1);
      case ')':
        return one(TokenKind::right_paren, 1);
      default:
        return fail_at(at_, 1, fmt::format("unexpected '{}'", printable(first_code_points(rest(), 1))));
    }
  }

  Result<> one(TokenKind kind, std::size_t length) {
    add(kind, at_, length);
    at_ += length;
    return {};
  }

  std::size_t name_length(std::size_t begin) const {
    std::size_t length = 0;
    while (is_name_byte(peek(begin + length))) ++length;
    return length;
  }

  Result<> lex_name(TokenKind kind, std::size_t prefix) {
    const auto length = prefix + name_length(prefix);
    add(kind, at_, length, std::string(rest().substr(0, length)));
    at_ += length;
    return {};
  }

  Result<> lex_field() {
    const auto length = name_length(1);
    if (length == 0) return one(TokenKind::dot, 1);
    add(TokenKind::field, at_, 1 + length, std::string(rest().substr(1, length)));
    at_ += 1 + length;
    return {};
  }

  Result<> lex_number() {
    const auto begin = at_;
    ++at_;
    while (is_name_byte(peek()) || peek() == '.' || (is_sign(peek()) && is_exponent(source_[at_ - 1]))) ++at_;
    add(TokenKind::number, begin, at_ - begin, std::string(source_.substr(begin, at_ - begin)));
    return {};
  }

  static bool is_sign(char c) { return c == '+' || c == '-'; }
  static bool is_exponent(char c) { return c == 'e' || c == 'E'; }

  Result<> lex_quoted(char quote) {
    const auto begin = at_;
    auto end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n') {
      end += source_[end] == '\\' ? 2 : 1;
    }
    const std::string_view kind = quote == '"' ? "string" : "character";
    if (end >= source_.size() || source_[end] != quote) {
      return fail_at(begin, 1, fmt::format("this {} has no closing {}", kind, quote));
    }
    auto value = unquote(source_.substr(begin + 1, end - begin - 1), quote);
    if (!value) {
      return fail_at(begin, end + 1 - begin, fmt::format("this {} has an escape that Go does not know", kind),
                     R"(use \\ for a backslash, or a raw `...` string)");
    }
    if (quote == '\'' && count_code_points(*value) != 1) {
      return fail_at(begin, end + 1 - begin, "a character literal holds one character", "strings take \"");
    }
    add(quote == '"' ? TokenKind::string : TokenKind::character, begin, end + 1 - begin, std::move(*value));
    at_ = end + 1;
    return {};
  }

  Result<> lex_raw() {
    const auto end = source_.find('`', at_ + 1);
    if (end == std::string_view::npos) return fail_at(at_, 1, "this raw string has no closing `");
    add(TokenKind::string, at_, end + 1 - at_, std::string(source_.substr(at_ + 1, end - at_ - 1)));
    at_ = end + 1;
    return {};
  }

  std::string_view source_;
  const LexOptions& options_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  bool trim_next_ = false;
  bool space_before_ = false;
};

}  // namespace

Result<std::vector<Token>> lex_template(std::string_view source, const LexOptions& options) {
  return Lexer(source, options).run();
}

}  // namespace corten::term::detail
