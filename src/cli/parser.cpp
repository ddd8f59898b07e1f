#include "cli/parser.hpp"

#include <algorithm>

#include "base/distance.hpp"
#include "base/strings.hpp"

namespace corten::cli {
namespace {

using Words = std::span<const std::string>;

class Parser {
 public:
  Parser(const Grammar& grammar, Words words, void* options)
      : flags_(grammar.flags),
        global_flags_(grammar.global_flags),
        placement_(grammar.placement),
        rest_(words),
        options_(options) {}

  Result<ParsedWords> run() {
    while (!rest_.empty()) {
      const std::string& word = rest_.front();
      if (!is_flag(word)) {
        if (placement_ == FlagPlacement::before_arguments) break;
        parsed_.arguments.push_back(word);
        rest_ = rest_.subspan(1);
        continue;
      }
      rest_ = rest_.subspan(1);
      if (word == "--") break;
      if (word.starts_with("--")) {
        TRY(long_flag(word));
      } else {
        TRY(short_flags(word));
      }
    }
    parsed_.arguments.insert(parsed_.arguments.end(), rest_.begin(), rest_.end());
    return std::move(parsed_);
  }

 private:
  static bool is_flag(std::string_view word) { return word.size() > 1 && word[0] == '-'; }

  Result<> long_flag(std::string_view word) {
    const auto body = word.substr(2);
    if (body.starts_with('-') || body.starts_with('=')) {
      return fail(Errc::invalid_argument, "bad flag syntax: {}", word);
    }
    const auto halves = cut(body, '=');
    const auto name = halves ? halves->before : body;
    const auto* flag = find_name(flags_, name);
    if (flag == nullptr) return unknown_long(name, halves.has_value());
    if (halves) return assign(*flag, halves->after);
    if (flag->bind.kind == Binding::Kind::boolean) return assign(*flag, "true");
    return assign_next_word(*flag, fmt::format("--{}", name));
  }

  // `-itfoo`: switches up to the first flag that takes a value, which takes the rest of the word or the next
  // word.
  Result<> short_flags(std::string_view word) {
    auto letters = word.substr(1);
    while (!letters.empty()) {
      const auto* flag = find_letter(letters[0]);
      if (flag == nullptr && letters[0] != 'h') return unknown_short(letters[0], word);
      // As in pflag, an '=' after the letter separates only if something follows it; `-e=` gives "=".
      const bool has_equals = letters.size() > 2 && letters[1] == '=';
      if (flag == nullptr) {
        parsed_.help = true;
      } else if (has_equals) {
        return assign(*flag, letters.substr(2));
      } else if (flag->bind.kind == Binding::Kind::boolean) {
        TRY(assign(*flag, "true"));
      } else if (letters.size() > 1) {
        return assign(*flag, letters.substr(1));
      } else {
        return assign_next_word(*flag, fmt::format("'{}' in {}", letters[0], word));
      }
      letters.remove_prefix(1);
    }
    return {};
  }

  Result<> unknown_short(char letter, std::string_view word) {
    auto failure = fail(Errc::invalid_argument, "unknown shorthand flag: '{}' in {}",
                        std::string_view(&letter, 1), word);
    if (find_name(flags_, word.substr(1)) == nullptr) return failure;
    return with_hint(std::move(failure), "did you mean '-{}'?", word);
  }

  static const Flag* find_name(std::span<const Flag> flags, std::string_view name) {
    const auto found = std::ranges::find(flags, name, &Flag::name);
    return found == flags.end() ? nullptr : &*found;
  }

  const Flag* find_letter(char letter) const {
    const auto found = std::ranges::find(flags_, letter, &Flag::letter);
    return letter == '\0' || found == flags_.end() ? nullptr : &*found;
  }

  Result<> assign_next_word(const Flag& flag, std::string_view as_typed) {
    if (rest_.empty()) return fail(Errc::invalid_argument, "flag needs an argument: {}", as_typed);
    const std::string& value = rest_.front();
    rest_ = rest_.subspan(1);
    return assign(flag, value);
  }

  Result<> assign(const Flag& flag, std::string_view text) {
    return flag.bind.assign(options_, text, fmt::format("invalid argument for {}", label(flag)));
  }

  Result<> unknown_long(std::string_view name, bool has_value) {
    if (name == "help" && !has_value) {
      parsed_.help = true;
      return {};
    }
    std::vector<std::string> names = {"help"};
    for (const auto& flag : flags_) {
      if (!flag.hidden) names.emplace_back(flag.name);
    }
    auto failure = fail(Errc::invalid_argument, "unknown flag: --{}", name);
    if (find_name(global_flags_, name) != nullptr) {
      return with_hint(std::move(failure), "'--{}' is a global flag: write it before the verb", name);
    }
    const auto nearest = find_nearest(name, names);
    if (!nearest) return failure;
    return with_hint(std::move(failure), "did you mean '--{}'?", *nearest);
  }

  std::span<const Flag> flags_;
  std::span<const Flag> global_flags_;
  FlagPlacement placement_;
  Words rest_;
  void* options_;
  ParsedWords parsed_;
};

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

}  // namespace

Result<ParsedWords> parse_words(const Grammar& grammar, Words words, void* options) {
  return Parser(grammar, words, options).run();
}

Result<> apply_environment(std::span<const Flag> flags, const FindEnv& find_env, void* options) {
  for (const auto& flag : flags) {
    if (flag.env.empty()) continue;
    const std::string variable(flag.env);
    const auto value = find_env(variable.c_str());
    if (!value || value->empty()) continue;
    TRY(flag.bind.assign(options, *value, fmt::format("invalid value of {}", variable)));
  }
  return {};
}

Result<> check_argument_count(const Command& command, std::size_t count) {
  const auto [min, max] = std::pair(command.arguments.min, command.arguments.max);
  if (count >= min && count <= max) return {};
  const auto name = full_name(command);
  if (max == 0) return fail(Errc::invalid_argument, "'{}' accepts no arguments", name);
  if (min == max) return fail(Errc::invalid_argument, "'{}' requires {} argument{}", name, min, plural(min));
  if (max == kUnlimited) {
    return fail(Errc::invalid_argument, "'{}' requires at least {} argument{}", name, min, plural(min));
  }
  if (min == 0) {
    return fail(Errc::invalid_argument, "'{}' accepts at most {} argument{}", name, max, plural(max));
  }
  return fail(Errc::invalid_argument, "'{}' requires at least {} and at most {} argument{}", name, min, max,
              plural(max));
}

}  // namespace corten::cli
