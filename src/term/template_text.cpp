#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template_functions.hpp"
#include "term/utf8.hpp"

namespace corten::term::detail {
namespace {

using Args = std::span<const Value>;

// Padding is for columns of a table: more is a mistake, or an attempt to fill the memory.
constexpr std::int64_t kMaxPad = 10'000;

// Go's strings.Title starts a word after anything but a letter, a digit and an underscore. Bytes of other
// alphabets count as letters.
bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

Result<Value> text_split(Args args, Arena& arena) {
  auto text = TRY(text_argument(args, 1));
  const auto separator = TRY(text_argument(args, 2));
  Json parts = Json::array();
  if (separator.empty()) {
    for (; !text.empty(); text.remove_prefix(first_code_points(text, 1).size())) {
      parts.push_back(first_code_points(text, 1));
    }
    return arena.keep(std::move(parts));
  }
  for (auto at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + separator.size());
  }
  parts.push_back(text);
  return arena.keep(std::move(parts));
}

Result<Value> text_join(Args args, Arena& arena) {
  const auto separator = TRY(text_argument(args, 2));
  const auto* list = args[0].json;
  if (list == nullptr || list->is_null()) return arena.keep(Json(""));
  if (!list->is_array()) return fail_argument(1, "a list", args[0]);
  std::string out;
  bool first = true;
  for (const auto& element : *list) {
    if (!first) out += separator;
    first = false;
    out += to_print_text({.json = &element});
  }
  return arena.keep(Json(std::move(out)));
}

Result<Value> text_upper(Args args, Arena& arena) {
  const auto text = TRY(text_argument(args, 1));
  return arena.keep(Json(to_upper(text)));
}

Result<Value> text_lower(Args args, Arena& arena) {
  const auto text = TRY(text_argument(args, 1));
  return arena.keep(Json(to_lower(text)));
}

Result<Value> text_title(Args args, Arena& arena) {
  const auto text = TRY(text_argument(args, 1));
  std::string out;
  bool in_word = false;
  for (const char c : text) {
    out += in_word ? std::string(1, c) : to_upper(std::string_view(&c, 1));
    in_word = is_word_byte(c);
  }
  return arena.keep(Json(std::move(out)));
}

// pad TEXT BEFORE AFTER: that many spaces around it; an empty text stays empty.
Result<Value> text_pad(Args args, Arena& arena) {
  const auto text = TRY(text_argument(args, 1));
  const auto before = TRY(int_argument(args, 2));
  const auto after = TRY(int_argument(args, 3));
  if (before > kMaxPad || after > kMaxPad || before < 0 || after < 0) {
    return fail(Errc::invalid_argument, "padding must be 0 to {} spaces", kMaxPad);
  }
  if (text.empty()) return arena.keep(Json(""));
  std::string out(static_cast<std::size_t>(before), ' ');
  out += text;
  out.append(static_cast<std::size_t>(after), ' ');
  return arena.keep(Json(std::move(out)));
}

// Docker cuts after so many bytes; we do too, but never inside a character.
Result<Value> text_truncate(Args args, Arena& arena) {
  const auto text = TRY(text_argument(args, 1));
  const auto length = TRY(int_argument(args, 2));
  if (length < 0) return fail(Errc::invalid_argument, "the length must not be negative");
  auto end = std::min(text.size(), static_cast<std::size_t>(length));
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return arena.keep(Json(text.substr(0, end)));
}

}  // namespace corten::term::detail
