#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "term/template.hpp"

// Each file in testdata/template holds cases over testdata/template/document.json, one after another:
//   ? the template, with \n for a newline
//   = what it prints, with \n too; or
//   ! the error: its message after "line L, column C: "; or
//   !! the same for errors of parsing
// Other lines are comments. Adding a case needs no C++.
namespace corten::term {
namespace {

struct Case {
  std::string source;
  std::string verdict;  // "=", "!" or "!!"
  std::string expected;
  int line = 0;
};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Only `@n`, since templates and Go's escapes use the backslash.
std::string with_newlines(std::string_view text) {
  std::string out(text);
  for (auto at = out.find("@n"); at != std::string::npos; at = out.find("@n", at)) out.replace(at, 2, "\n");
  return out;
}

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::vector<Case> cases;
  const auto text = read_file(path);
  int number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto halves = cut(line, ' ');
    const auto mark = halves ? halves->before : line;
    const auto rest = with_newlines(halves ? halves->after : "");
    if (mark == "?") cases.push_back({.source = rest, .verdict = "", .expected = "", .line = number});
    if ((mark == "=" || mark == "!" || mark == "!!") && !cases.empty()) {
      cases.back().verdict = mark;
      cases.back().expected = rest;
    }
  }
  return cases;
}

std::string without_name(std::string message) {
  const auto colon = message.find(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

class TemplateVectors : public testing::TestWithParam<std::string> {};

TEST_P(TemplateVectors, PrintOrFailAsWritten) {
  const auto folder = std::filesystem::path(CORTEN_TESTDATA_DIR) / "template";
  const auto document = parse_json(read_file(folder / "document.json"), "document").value();
  const std::string_view maps[] = {"Labels", "Options", "Status"};
  const auto cases = read_cases(folder / GetParam());
  ASSERT_FALSE(cases.empty());
  for (const auto& test : cases) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(test.line) + ": " + test.source);
    const auto parsed = Template::parse(test.source, {.name = "t"});
    if (test.verdict == "!!") {
      ASSERT_FALSE(parsed);
      EXPECT_EQ(without_name(parsed.error().message()), test.expected);
      continue;
    }
    EXPECT_TRUE(parsed) << parsed.error().message();
    if (!parsed) continue;
    const auto text = parsed->render(document, {.map_members = maps});
    if (test.verdict == "=") {
      EXPECT_EQ(text ? *text : text.error().message(), test.expected);
    } else {
      ASSERT_EQ(test.verdict, "!") << "a case without a verdict";
      EXPECT_EQ(text ? "prints " + *text : without_name(text.error().message()), test.expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, TemplateVectors, testing::Values("docker.txt", "ours.txt", "errors.txt"),
                         [](const auto& file) { return file.param.substr(0, file.param.find('.')); });

}  // namespace
}  // namespace corten::term
