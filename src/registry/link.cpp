#include "registry/link.hpp"

#include "base/strings.hpp"
#include "http/chars.hpp"

namespace corten::registry {
namespace {

// One Link header, read from left to right.
class LinkReader {
 public:
  explicit LinkReader(std::string_view text) : text_(text) {}

  // The target of the first link with rel="next".
  Result<std::optional<std::string>> find_next() {
    while (true) {
      skip_separators();
      if (at_end()) return std::nullopt;
      const auto target = TRY(read_target());
      const bool next = TRY(read_params());
      if (next) return std::string(target);
    }
  }

 private:
  bool at_end() const { return at_ == text_.size(); }
  bool is_at(char c) const { return !at_end() && text_[at_] == c; }
  void skip_space() {
    while (is_at(' ') || is_at('\t')) ++at_;
  }
  // Empty elements of a list are allowed (RFC 9110 section 5.6.1.2).
  void skip_separators() {
    while (is_at(' ') || is_at('\t') || is_at(',')) ++at_;
  }

  std::unexpected<Error> expected(std::string_view what) const {
    return fail(Errc::data_loss, "Link header, position {}: expected {}", at_ + 1, what);
  }

  Result<std::string_view> read_target() {
    if (!is_at('<')) return expected("'<'");
    const auto end = text_.find('>', ++at_);
    if (end == std::string_view::npos) return expected("an address that ends with '>'");
    const auto target = text_.substr(at_, end - at_);
    at_ = end + 1;
    return target;
  }

  // Everything behind the target up to the next link; whether `next` is among its relations.
  Result<bool> read_params() {
    std::optional<bool> next;
    while (true) {
      skip_space();
      if (at_end() || is_at(',')) return next.value_or(false);
      if (!is_at(';')) return expected("';' or ','");
      ++at_;
      skip_space();
      const auto name = read_token();
      if (name.empty()) continue;  // "; ," and a ';' at the end occur in the wild
      skip_space();
      if (!is_at('=')) continue;  // a parameter without a value
      ++at_;
      skip_space();
      const auto value = TRY(read_value());
      // RFC 8288 section 3.3: only the first `rel` of a link counts.
      if (equal_ignoring_case(name, "rel") && !next) next = names_next(value);
    }
  }

  std::string_view read_token() {
    const auto begin = at_;
    while (!at_end() && http::is_token_char(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  Result<std::string> read_value() {
    if (!is_at('"')) return std::string(read_token());
    ++at_;
    std::string value;
    for (; !at_end(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return value;
      }
      if (text_[at_] == '\\') ++at_;
      if (at_end()) break;
      value += text_[at_];
    }
    return expected("'\"' at the end of a quoted value");
  }

  static bool names_next(std::string_view relations) {
    for (const auto relation : split(relations, ' ')) {
      if (equal_ignoring_case(relation, "next")) return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::optional<std::string>> find_next_link(std::span<const std::string_view> headers) {
  for (const auto header : headers) {
    auto next = TRY(LinkReader(header).find_next());
    if (next) return next;
  }
  return std::nullopt;
}

}  // namespace corten::registry
