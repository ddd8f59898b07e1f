#include "base/path_match.hpp"

#include <optional>
#include <vector>

namespace corten {
namespace {

struct Range {
  char low;
  char high;
};

// One character of the text, or a star.
struct Item {
  enum class Kind : std::uint8_t { literal, any, set, star };
  Kind kind;
  char literal = '\0';
  bool negated = false;
  std::vector<Range> ranges = {};
};

std::unexpected<Error> malformed(std::string_view pattern, std::string_view why) {
  return fail(Errc::invalid_argument, "pattern '{}': {}", pattern, why);
}

class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : pattern_(pattern) {}

  Result<std::vector<Item>> read() {
    std::vector<Item> items;
    while (at_ < pattern_.size()) {
      auto item = TRY(read_item());
      // Stars side by side say the same as one.
      if (item.kind == Item::Kind::star && !items.empty() && items.back().kind == Item::Kind::star) continue;
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  Result<Item> read_item() {
    const char c = pattern_[at_++];
    switch (c) {
      case '*':
        return Item{.kind = Item::Kind::star};
      case '?':
        return Item{.kind = Item::Kind::any};
      case '[':
        return read_set();
      case '\\':
        if (at_ == pattern_.size()) return malformed(pattern_, "nothing follows the backslash at its end");
        return Item{.kind = Item::Kind::literal, .literal = pattern_[at_++]};
      default:
        return Item{.kind = Item::Kind::literal, .literal = c};
    }
  }

  // A set has at least one range, and ']' ends it except as the first.
  Result<Item> read_set() {
    Item item{.kind = Item::Kind::set};
    if (at_ < pattern_.size() && pattern_[at_] == '^') {
      item.negated = true;
      ++at_;
    }
    while (item.ranges.empty() || at_ >= pattern_.size() || pattern_[at_] != ']') {
      const char low = TRY(read_member());
      char high = low;
      if (at_ < pattern_.size() && pattern_[at_] == '-') {
        ++at_;
        high = TRY(read_member());
      }
      item.ranges.push_back({.low = low, .high = high});
    }
    ++at_;
    return item;
  }

  Result<char> read_member() {
    if (at_ == pattern_.size()) return malformed(pattern_, "'[' is not closed");
    char c = pattern_[at_++];
    if (c == '-' || c == ']') return malformed(pattern_, "a set needs a backslash before '-' and ']'");
    if (c != '\\') return c;
    if (at_ == pattern_.size()) return malformed(pattern_, "'[' is not closed");
    return pattern_[at_++];
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
};

bool matches_one(const Item& item, char c) {
  if (item.kind == Item::Kind::literal) return c == item.literal;
  if (item.kind == Item::Kind::any) return c != '/';
  const auto byte = static_cast<unsigned char>(c);
  bool found = false;
  for (const auto& range : item.ranges) {
    found = found ||
            (static_cast<unsigned char>(range.low) <= byte && byte <= static_cast<unsigned char>(range.high));
  }
  return found != item.negated;
}

// The last star alone is tried again: a star before it that took less would only leave it the same choices,
// so the time is the product of both lengths at most.
bool matches(const std::vector<Item>& items, std::string_view text) {
  std::size_t item = 0;
  std::size_t at = 0;
  std::optional<std::size_t> star;
  std::size_t star_at = 0;
  while (at < text.size() || item < items.size()) {
    if (item < items.size() && items[item].kind == Item::Kind::star) {
      star = item++;
      star_at = at;
      continue;
    }
    if (at < text.size() && item < items.size() && matches_one(items[item], text[at])) {
      ++item;
      ++at;
      continue;
    }
    if (!star || star_at >= text.size() || text[star_at] == '/') return false;
    at = ++star_at;
    item = *star + 1;
  }
  return true;
}

}  // namespace

Result<bool> path_match(std::string_view pattern, std::string_view text) {
  const auto items = TRY(PatternReader(pattern).read());
  return matches(items, text);
}

}  // namespace corten
