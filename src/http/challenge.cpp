#include "http/challenge.hpp"

#include <algorithm>

#include "base/strings.hpp"
#include "http/chars.hpp"

namespace corten::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{8} * 1024;
constexpr std::size_t kMaxChallenges = 16;
constexpr std::size_t kMaxParams = 32;

// Commas separate both challenges and parameters, so a name is read first and what follows decides: '=' makes
// it a parameter of the current challenge, anything else a new scheme.
class Parser {
 public:
  Parser(std::string_view text, std::vector<Challenge>& challenges) : text_(text), challenges_(challenges) {}

  Result<> run() {
    while (true) {
      while (skip_blanks(), take(',')) {
      }
      if (at_end()) return {};
      TRY(read_element());
      skip_blanks();
      if (!at_end() && peek() != ',') return bad("expected ','");
    }
  }

 private:
  Result<> read_element() {
    const auto name = read_while(is_token_char);
    if (name.empty()) return bad("expected the name of a scheme or parameter");
    const auto after_name = position_;
    skip_blanks();
    if (takes_params_ && take('=')) return read_value(name);
    position_ = after_name;
    return read_challenge(name);
  }

  Result<> read_challenge(std::string_view scheme) {
    if (!at_end() && !is_blank(peek()) && peek() != ',') return bad("expected a space after the scheme");
    if (challenges_.size() == kMaxChallenges) return bad("too many challenges");
    challenges_.push_back({.scheme = to_lower(scheme), .token68 = {}, .params = {}});
    takes_params_ = true;
    skip_blanks();
    if (at_end() || peek() == ',') return {};
    if (read_token68()) return {};
    const auto name = read_while(is_token_char);
    if (name.empty()) return bad("expected the name of a parameter");
    skip_blanks();
    if (!take('=')) return bad("expected '='");
    return read_value(name);
  }

  // RFC 9110 section 11.2: one run of characters with '=' only at its end, then a comma or the end.
  bool read_token68() {
    const auto start = position_;
    const auto is_token68 = [](char c) { return is_unreserved(c) || c == '+' || c == '/'; };
    const auto body = read_while(is_token68);
    const auto padding = read_while([](char c) { return c == '='; });
    const auto value = text_.substr(start, body.size() + padding.size());
    skip_blanks();
    if (body.empty() || (!at_end() && peek() != ',')) {
      position_ = start;
      return false;
    }
    challenges_.back().token68 = value;
    takes_params_ = false;  // one or the other
    return true;
  }

  Result<> read_value(std::string_view name) {
    skip_blanks();
    std::string value;
    if (take('"')) {
      value = TRY(read_quoted());
    } else {
      value = read_while([](char c) { return c != ',' && c != '"' && !is_blank(c); });
    }
    auto& challenge = challenges_.back();
    auto lower = to_lower(name);
    if (challenge.find(lower)) return bad("a parameter is given twice");
    if (challenge.params.size() == kMaxParams) return bad("too many parameters");
    challenge.params.emplace_back(std::move(lower), std::move(value));
    return {};
  }

  Result<std::string> read_quoted() {
    std::string value;
    while (!at_end()) {
      const char c = text_[position_++];
      if (c == '"') return value;
      if (c == '\\' && at_end()) break;
      value += c == '\\' ? text_[position_++] : c;
    }
    return std::unexpected(bad("'\"' is not closed").error());
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  bool at_end() const { return position_ == text_.size(); }
  char peek() const { return text_[position_]; }
  bool take(char c) {
    if (at_end() || peek() != c) return false;
    ++position_;
    return true;
  }
  void skip_blanks() { (void)read_while(is_blank); }

  template <typename Predicate>
  std::string_view read_while(Predicate predicate) {
    const auto start = position_;
    while (!at_end() && predicate(peek())) ++position_;
    return text_.substr(start, position_ - start);
  }

  Result<> bad(std::string_view problem) const {
    return fail(Errc::data_loss, "WWW-Authenticate header, position {}: {}", position_, problem);
  }

  std::string_view text_;
  std::vector<Challenge>& challenges_;
  std::size_t position_ = 0;
  bool takes_params_ = false;  // a "name=value" now would belong to the last challenge
};

}  // namespace

std::optional<std::string_view> Challenge::find(std::string_view name) const {
  const auto found = std::ranges::find(params, name, &std::pair<std::string, std::string>::first);
  if (found == params.end()) return std::nullopt;
  return found->second;
}

Result<std::vector<Challenge>> parse_challenges(std::span<const std::string_view> headers) {
  std::vector<Challenge> challenges;
  for (const auto header : headers) {
    if (header.size() > kMaxHeaderBytes) {
      return fail(Errc::data_loss, "WWW-Authenticate header of {} bytes, at most {} are read", header.size(),
                  kMaxHeaderBytes);
    }
    TRY(Parser(header, challenges).run());
  }
  return challenges;
}

}  // namespace corten::http
