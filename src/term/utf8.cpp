#include "term/utf8.hpp"

namespace corten::term {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kMaxCodePoint = 0x10FFFF;

bool is_surrogate(char32_t value) { return value >= 0xD800 && value <= 0xDFFF; }

// Length that a lead byte announces and the smallest value that needs it: a smaller one is an overlong form.
struct Lead {
  std::size_t bytes;
  char32_t bits;
  char32_t smallest;
};

Lead lead_of(unsigned char first) {
  if (first >= 0xC2 && first <= 0xDF) return {2, first & 0x1FU, 0x80};
  if (first >= 0xE0 && first <= 0xEF) return {3, first & 0x0FU, 0x800};
  if (first >= 0xF0 && first <= 0xF4) return {4, first & 0x07U, 0x10000};
  return {0, 0, 0};
}

}  // namespace

CodePoint decode_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {.value = first, .bytes = 1, .valid = true};
  const auto lead = lead_of(first);
  const CodePoint broken{.value = kReplacement, .bytes = 1, .valid = false};
  if (lead.bytes == 0 || text.size() < lead.bytes) return broken;
  char32_t value = lead.bits;
  for (std::size_t i = 1; i < lead.bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return broken;
    value = (value << 6U) | (byte & 0x3FU);
  }
  if (value < lead.smallest || is_surrogate(value) || value > kMaxCodePoint) return broken;
  return {.value = value, .bytes = lead.bytes, .valid = true};
}

void append_utf8(std::string& out, char32_t value) {
  if (is_surrogate(value) || value > kMaxCodePoint) value = kReplacement;
  const auto add = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    add(value);
  } else if (value < 0x800) {
    add(0xC0U | (value >> 6U));
    add(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    add(0xE0U | (value >> 12U));
    add(0x80U | ((value >> 6U) & 0x3FU));
    add(0x80U | (value & 0x3FU));
  } else {
    add(0xF0U | (value >> 18U));
    add(0x80U | ((value >> 12U) & 0x3FU));
    add(0x80U | ((value >> 6U) & 0x3FU));
    add(0x80U | (value & 0x3FU));
  }
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(decode_code_point(text).bytes);
    ++count;
  }
  return count;
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end += decode_code_point(text.substr(end)).bytes;
  return text.substr(0, end);
}

}  // namespace corten::term
