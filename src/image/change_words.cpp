#include "image/change_words.hpp"

#include <utility>

namespace corten::image {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9'); }

// Walks over one line, as the lexer of a shell does.
class Lexer {
 public:
  Lexer(std::string_view line, std::size_t offset, const FindVariable& find_variable)
      : line_(line), at_(offset), find_variable_(find_variable) {}

  bool skip_blanks() {
    while (!done() && is_blank(line_[at_])) ++at_;
    return !done();
  }

  enum class Ends { at_blank, at_end_of_line };

  Result<ChangeWord> take_word(Ends ends) {
    ChangeWord word{.text = {}, .position = at_ + 1};
    while (!done() && (ends == Ends::at_end_of_line || !is_blank(line_[at_]))) {
      TRY(take_piece(word.text));
    }
    return word;
  }

 private:
  bool done() const { return at_ == line_.size(); }

  Result<> take_piece(std::string& text) {
    switch (line_[at_]) {
      case '\'':
        return take_single_quoted(text);
      case '"':
        return take_double_quoted(text);
      case '$':
        return take_variable(text);
      case '\\':
        ++at_;
        if (done()) return fail_at_character(at_, "a backslash needs a character after it");
        break;
      default:
        break;
    }
    text += line_[at_++];
    return {};
  }

  Result<> take_single_quoted(std::string& text) {
    const auto begin = at_ + 1;
    const auto end = line_.find('\'', begin);
    if (end == std::string_view::npos) return fail_at_character(begin, "the quote ' is not closed");
    text += line_.substr(begin, end - begin);
    at_ = end + 1;
    return {};
  }

  Result<> take_double_quoted(std::string& text) {
    const auto begin = ++at_;
    while (!done() && line_[at_] != '"') {
      if (line_[at_] == '$') {
        TRY(take_variable(text));
        continue;
      }
      // Within quotes a backslash is special before these only, as in sh.
      if (line_[at_] == '\\' && at_ + 1 < line_.size()) {
        const char next = line_[at_ + 1];
        if (next == '"' || next == '\\' || next == '$') ++at_;
      }
      text += line_[at_++];
    }
    if (done()) return fail_at_character(begin, "the quote \" is not closed");
    ++at_;
    return {};
  }

  Result<> take_variable(std::string& text) {
    const auto dollar = at_++;
    const bool braced = !done() && line_[at_] == '{';
    if (braced) ++at_;
    const auto begin = at_;
    if (!done() && starts_name(line_[at_])) {
      while (!done() && continues_name(line_[at_])) ++at_;
    }
    const auto name = line_.substr(begin, at_ - begin);
    if (braced) {
      if (name.empty() || done() || line_[at_] != '}') {
        return fail_at_character(dollar + 1,
                                 "expected ${{NAME}}; other forms of ${{...}} are not understood");
      }
      ++at_;
    } else if (name.empty()) {
      text += '$';
      return {};
    }
    if (auto value = find_variable_(name)) text += *value;
    return {};
  }

  std::string_view line_;
  std::size_t at_;
  const FindVariable& find_variable_;
};

}  // namespace

Result<std::vector<ChangeWord>> split_change_words(std::string_view line, std::size_t offset,
                                                   const FindVariable& find_variable) {
  Lexer lexer(line, offset, find_variable);
  std::vector<ChangeWord> words;
  while (lexer.skip_blanks()) {
    auto word = TRY(lexer.take_word(Lexer::Ends::at_blank));
    words.push_back(std::move(word));
  }
  return words;
}

Result<ChangeWord> unquote_change(std::string_view line, std::size_t offset,
                                  const FindVariable& find_variable) {
  Lexer lexer(line, offset, find_variable);
  lexer.skip_blanks();
  return lexer.take_word(Lexer::Ends::at_end_of_line);
}

}  // namespace corten::image
