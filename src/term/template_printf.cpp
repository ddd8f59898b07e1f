#include "term/template_printf.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template_literal.hpp"
#include "term/utf8.hpp"

namespace corten::term::detail {
namespace {

constexpr std::size_t kMaxWidth = 1'000;
constexpr std::size_t kMaxText = std::size_t{64} * 1024 * 1024;

// %[flags][width][.precision]verb
struct Spec {
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  std::size_t width = 0;
  std::optional<std::size_t> precision;
  char32_t verb = 0;

  std::string verb_text() const {
    std::string text;
    append_utf8(text, verb);
    return text;
  }
};

bool is_verb(const Spec& spec, std::string_view verbs) {
  return spec.verb < 0x80 && verbs.find(static_cast<char>(spec.verb)) != std::string_view::npos;
}

// Pads to the width, which counts characters. Zeros go between the sign and the digits of a number.
std::string pad(const Spec& spec, std::string text, bool is_number) {
  const auto length = count_code_points(text);
  if (length >= spec.width) return text;
  const auto missing = spec.width - length;
  if (spec.minus) return text + std::string(missing, ' ');
  if (!spec.zero) return std::string(missing, ' ') + text;
  const bool has_sign = is_number && (text[0] == '-' || text[0] == '+' || text[0] == ' ');
  return text.insert(has_sign ? 1 : 0, missing, '0');
}

std::string with_sign(const Spec& spec, bool negative, std::string digits) {
  if (negative) return "-" + digits;
  if (spec.plus) return "+" + digits;
  return spec.space ? " " + digits : digits;
}

std::string format_value(const Spec& spec, Value value, bool nested);

// "%!d(string=a)": the value as %v prints it, with the same flags and width.
std::string bad_verb(const Spec& spec, Value value) {
  if (value.json == nullptr || value.json->is_null()) return "%!" + spec.verb_text() + "(<nil>)";
  auto as_value = spec;
  as_value.verb = 'v';
  return fmt::format("%!{}({}={})", spec.verb_text(), go_type_name(value),
                     format_value(as_value, value, true));
}

std::string digits_in_base(const Spec& spec, std::uint64_t magnitude) {
  switch (static_cast<char>(spec.verb)) {
    case 'b':
      return fmt::format("{}{:b}", spec.sharp ? "0b" : "", magnitude);
    case 'o':
      return fmt::format("{}{:o}", spec.sharp ? "0" : "", magnitude);
    case 'O':
      return fmt::format("0o{:o}", magnitude);
    case 'x':
      return fmt::format("{}{:x}", spec.sharp ? "0x" : "", magnitude);
    case 'X':
      return fmt::format("{}{:X}", spec.sharp ? "0X" : "", magnitude);
    default:
      return std::to_string(magnitude);
  }
}

std::string format_character(const Spec& spec, bool negative, std::uint64_t magnitude) {
  const bool valid = !negative && magnitude <= 0x10FFFF;
  const auto value = valid ? static_cast<char32_t>(magnitude) : U'\uFFFD';
  if (is_verb(spec, "q")) return pad(spec, quote_character(value, spec.plus), false);
  std::string text;
  append_utf8(text, value);
  return pad(spec, std::move(text), false);
}

std::string format_int(Spec spec, Value value) {
  const auto& json = *value.json;
  const bool negative =
      json.is_number_integer() && !json.is_number_unsigned() && json.get<std::int64_t>() < 0;
  // Negated as unsigned: the most negative number has no positive twin.
  const auto magnitude =
      negative ? ~static_cast<std::uint64_t>(json.get<std::int64_t>()) + 1 : json.get<std::uint64_t>();
  if (is_verb(spec, "cq")) return format_character(spec, negative, magnitude);
  if (is_verb(spec, "U")) return pad(spec, fmt::format("U+{:04X}", magnitude), false);
  if (!is_verb(spec, "vdboOxX")) return bad_verb(spec, value);
  auto digits = digits_in_base(spec, magnitude);
  if (spec.precision) {
    spec.zero = false;  // as in C: a precision says how many digits
    if (digits.size() < *spec.precision) digits.insert(0, *spec.precision - digits.size(), '0');
    if (*spec.precision == 0 && magnitude == 0) digits.clear();
  }
  return pad(spec, with_sign(spec, negative, std::move(digits)), true);
}

std::string format_float(const Spec& spec, Value value) {
  const auto number = value.json->get<double>();
  const bool negative = std::signbit(number);
  const auto magnitude = std::abs(number);
  constexpr std::size_t kDefaultPrecision = 6;
  const auto precision = spec.precision.value_or(kDefaultPrecision);
  std::string digits;
  switch (is_verb(spec, "veEfFgG") ? static_cast<char>(spec.verb) : ' ') {
    case 'e':
      digits = fmt::format("{:.{}e}", magnitude, precision);
      break;
    case 'E':
      digits = fmt::format("{:.{}E}", magnitude, precision);
      break;
    case 'f':
    case 'F':
      digits = fmt::format("{:.{}f}", magnitude, precision);
      break;
    case 'v':
    case 'g':
    case 'G':
      digits = spec.precision ? fmt::format("{:.{}g}", magnitude, precision) : float_text(magnitude);
      if (is_verb(spec, "G")) digits = to_upper(digits);
      break;
    default:
      return bad_verb(spec, value);
  }
  return pad(spec, with_sign(spec, negative, std::move(digits)), true);
}

std::string hex_text(const Spec& spec, std::string_view text) {
  const bool upper = is_verb(spec, "X");
  const std::string_view prefix = upper ? "0X" : "0x";
  std::string out;
  for (const char c : text) {
    if (!out.empty() && spec.space) out += ' ';
    if (spec.sharp && (out.empty() || spec.space)) out += prefix;
    const auto byte = static_cast<unsigned char>(c);
    out += upper ? fmt::format("{:02X}", byte) : fmt::format("{:02x}", byte);
  }
  return out;
}

bool fits_raw_string(std::string_view text) {
  return text.find('`') == std::string_view::npos && printable(text) == text;
}

std::string format_text(const Spec& spec, Value value) {
  std::string_view text = value.json->get_ref<const std::string&>();
  if (spec.precision) text = first_code_points(text, *spec.precision);
  if (is_verb(spec, "xX")) return pad(spec, hex_text(spec, text), false);
  const bool quotes = is_verb(spec, "q") || (is_verb(spec, "v") && spec.sharp);
  if (quotes && is_verb(spec, "q") && spec.sharp && fits_raw_string(text)) {
    return pad(spec, fmt::format("`{}`", text), false);
  }
  if (quotes) return pad(spec, quote(text, spec.plus), false);
  if (is_verb(spec, "sv")) return pad(spec, std::string(text), false);
  return bad_verb(spec, value);
}

// The verb applies to every element; keys are texts.
std::string format_container(const Spec& spec, const Json& json) {
  std::string out = json.is_array() ? "[" : "map[";
  bool first = true;
  for (const auto& member : json.items()) {
    if (out.size() > kMaxText) break;  // the printer refuses what is over the cap
    if (!first) out += ' ';
    first = false;
    if (json.is_object()) {
      const Json key(member.key());
      out += format_value(spec, {.json = &key}, true) + ':';
    }
    out += format_value(spec, {.json = &member.value()}, true);
  }
  return out + ']';
}

std::string format_value(const Spec& spec, Value value, bool nested) {
  if (is_verb(spec, "T")) return pad(spec, std::string(go_type_name(value)), false);
  if (value.json == nullptr || value.json->is_null()) {
    return nested || is_verb(spec, "v") ? pad(spec, "<nil>", false) : bad_verb(spec, value);
  }
  const auto& json = *value.json;
  if (json.is_structured()) return format_container(spec, json);
  if (json.is_string()) return format_text(spec, value);
  if (json.is_number_float()) return format_float(spec, value);
  if (json.is_number()) return format_int(spec, value);
  if (json.is_boolean() && is_verb(spec, "tv")) return pad(spec, json.get<bool>() ? "true" : "false", false);
  return bad_verb(spec, value);
}

class Printer {
 public:
  Printer(std::string_view format, std::span<const Value> args) : rest_(format), args_(args) {}

  Result<std::string> run() {
    while (!rest_.empty()) {
      const auto percent = std::min(rest_.find('%'), rest_.size());
      out_ += rest_.substr(0, percent);
      rest_.remove_prefix(percent);
      if (rest_.empty()) break;
      rest_.remove_prefix(1);
      TRY(print_verb());
      if (out_.size() > kMaxText) return fail(Errc::invalid_argument, "the text is over {} bytes", kMaxText);
    }
    if (used_ < args_.size()) append_extra();
    return std::move(out_);
  }

 private:
  Result<> print_verb() {
    auto spec = TRY(parse_spec());
    if (rest_.empty()) {
      out_ += "%!(NOVERB)";
      return {};
    }
    const auto verb = decode_code_point(rest_);
    rest_.remove_prefix(verb.bytes);
    spec.verb = verb.value;
    if (spec.verb == '[') {
      return fail(Errc::invalid_argument, "argument indexes such as %[1]d are not supported");
    }
    if (spec.sharp && spec.verb == 'v' && used_ < args_.size() && args_[used_].json != nullptr &&
        args_[used_].json->is_structured()) {
      return fail(Errc::invalid_argument, "%#v of a list or map is not supported: use the function json");
    }
    if (spec.verb == '%') {
      out_ += '%';
    } else if (used_ >= args_.size()) {
      out_ += "%!" + spec.verb_text() + "(MISSING)";
    } else {
      out_ += format_value(spec, args_[used_++], false);
    }
    return {};
  }

  Result<Spec> parse_spec() {
    Spec spec;
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      const char c = rest_[0];
      if (c == '-') {
        spec.minus = true;
      } else if (c == '+') {
        spec.plus = true;
      } else if (c == '#') {
        spec.sharp = true;
      } else if (c == ' ') {
        spec.space = true;
      } else if (c == '0') {
        spec.zero = true;
      } else {
        break;
      }
    }
    const auto width = TRY(parse_size());
    spec.width = width.value_or(0);
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      const auto precision = TRY(parse_size());
      spec.precision = precision.value_or(0);
    }
    return spec;
  }

  // Digits, or `*` for the next argument.
  Result<std::optional<std::size_t>> parse_size() {
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      if (used_ >= args_.size()) return fail(Errc::invalid_argument, "no argument for '*' in the format");
      const auto value = args_[used_++];
      const bool is_int = value.json != nullptr && value.json->is_number_integer();
      const auto size = is_int ? value.json->get<std::int64_t>() : -1;
      if (size < 0 || static_cast<std::uint64_t>(size) > kMaxWidth) return fail_size();
      return static_cast<std::size_t>(size);
    }
    const auto digits = rest_.substr(0, std::min(rest_.find_first_not_of("0123456789"), rest_.size()));
    if (digits.empty()) return std::nullopt;
    rest_.remove_prefix(digits.size());
    const auto size = parse_uint64(digits, "width");
    if (!size || *size > kMaxWidth) return fail_size();
    return static_cast<std::size_t>(*size);
  }

  static std::unexpected<Error> fail_size() {
    return fail(Errc::invalid_argument, "widths and precisions are whole numbers up to {}", kMaxWidth);
  }

  void append_extra() {
    out_ += "%!(EXTRA ";
    for (auto i = used_; i < args_.size(); ++i) {
      if (i != used_) out_ += ", ";
      const auto type = go_type_name(args_[i]);
      out_ += type == "<nil>" ? std::string(type) : fmt::format("{}={}", type, to_print_text(args_[i]));
    }
    out_ += ')';
  }

  std::string_view rest_;
  std::span<const Value> args_;
  std::size_t used_ = 0;
  std::string out_;
};

}  // namespace

std::string_view go_type_name(Value value) {
  if (value.json == nullptr) return "<nil>";
  switch (value.json->type()) {
    case Json::value_t::object:
      return "map[string]interface {}";
    case Json::value_t::array:
      return "[]interface {}";
    case Json::value_t::string:
      return "string";
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::number_float:
      return "float64";
    case Json::value_t::null:
      return "<nil>";
    default:
      return "int";
  }
}

Result<std::string> format_printf(std::string_view format, std::span<const Value> args) {
  return Printer(format, args).run();
}

}  // namespace corten::term::detail
