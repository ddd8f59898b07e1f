#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "cli/parser.hpp"
#include "cli/sample_commands.hpp"

namespace corten::cli {
namespace {

using Words = std::vector<std::string>;

// Options to words in one of the spellings that mean the same.
Words spell(const RunOptions& options) {
  Words words;
  const auto add = [&](const std::string& name, const std::string& letter, const std::string& value) {
    const int spelling = *rc::gen::inRange(0, letter.empty() ? 2 : 5);
    if (spelling == 0) words.insert(words.end(), {"--" + name, value});
    if (spelling == 1) words.push_back("--" + name + "=" + value);
    if (spelling == 2) words.insert(words.end(), {"-" + letter, value});
    // An attached value must not be empty or look like `-f=value`.
    const bool attachable = !value.empty() && value[0] != '=';
    if (spelling == 3) words.push_back(attachable ? "-" + letter + value : "--" + name + "=" + value);
    if (spelling == 4) words.push_back(value.empty() ? "--" + name + "=" : "-" + letter + "=" + value);
  };
  if (options.interactive) words.emplace_back(*rc::gen::element("-i", "--interactive", "-i=true"));
  if (options.tty) words.emplace_back(*rc::gen::element("-t", "--tty", "--tty=1"));
  if (options.remove) words.emplace_back("--rm");
  if (!options.name.empty()) add("name", "", options.name);
  if (options.count) add("count", "n", std::to_string(*options.count));
  for (const auto& variable : options.env) add("env", "e", variable);
  return words;
}

TEST(ParserProperty, EverySpellingGivesTheSameOptions) {
  const bool holds = rc::check("every spelling gives the same options", [] {
    const auto text = rc::gen::container<std::string>(rc::gen::nonZero<char>());
    RunOptions options = {
        .interactive = *rc::gen::arbitrary<bool>(),
        .tty = *rc::gen::arbitrary<bool>(),
        .remove = *rc::gen::arbitrary<bool>(),
        .name = *text,
        .count = std::nullopt,
        .env = *rc::gen::container<std::vector<std::string>>(text),
        .words = {},
    };
    if (*rc::gen::arbitrary<bool>()) options.count = *rc::gen::arbitrary<std::int64_t>();
    const auto tail = *rc::gen::container<Words>(text);

    auto words = spell(options);
    words.emplace_back("--");
    words.insert(words.end(), tail.begin(), tail.end());

    RunOptions parsed;
    const auto result = parse_words({.flags = sample_flags()}, words, &parsed);
    RC_ASSERT(result.has_value());
    RC_ASSERT(parsed == options);
    RC_ASSERT(result->arguments == tail);
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace corten::cli
