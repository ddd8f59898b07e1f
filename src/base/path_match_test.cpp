#include "base/path_match.hpp"

#include <gtest/gtest.h>

namespace corten {
namespace {

struct Case {
  std::string_view pattern;
  std::string_view text;
  bool expected;
};

// Go 1.22 path.Match gives the same answers.
TEST(PathMatch, AnswersAsGo) {
  constexpr Case kCases[] = {
      {"abc", "abc", true},
      {"*", "abc", true},
      {"*c", "abc", true},
      {"a*", "a", true},
      {"a*", "abc", true},
      {"a*", "ab/c", false},
      {"a*/b", "abc/b", true},
      {"a*/b", "a/c/b", false},
      {"a*b*c*d*e*/f", "axbxcxdxe/f", true},
      {"a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false},
      {"a*b?c*x", "abxbbxdbxebxczzx", true},
      {"a*b?c*x", "abxbbxdbxebxczzy", false},
      {"ab[c]", "abc", true},
      {"ab[b-d]", "abc", true},
      {"ab[e-g]", "abc", false},
      {"ab[^c]", "abc", false},
      {"ab[^b-d]", "abc", false},
      {"ab[^e-g]", "abc", true},
      {"a\\*b", "a*b", true},
      {"a\\*b", "ab", false},
      {"a?b", "a/b", false},
      {"a*b", "a/b", false},
      {"[\\]a]", "]", true},
      {"[\\-]", "-", true},
      {"[x\\-]", "x", true},
      {"[x\\-]", "-", true},
      {"[x\\-]", "z", false},
      {"*x", "xxx", true},
      {"", "", true},
      {"", "a", false},
      {"*", "", true},
      {"*:*", "ubuntu:22.04", true},
      {"**b", "ab", true},
      {"a[^0-9]", "a/", true},
      {"*a/*", "aa/", true},
      {"?", "", false},
  };
  for (const auto& [pattern, text, expected] : kCases) {
    const auto matched = path_match(pattern, text);
    ASSERT_TRUE(matched) << pattern << ": " << matched.error().message();
    EXPECT_EQ(*matched, expected) << pattern << " on " << text;
  }
}

TEST(PathMatch, RefusesMalformedPatterns) {
  for (const auto* pattern :
       {"[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "\\", "x[a-\\"}) {
    const auto matched = path_match(pattern, "a");
    ASSERT_FALSE(matched) << pattern;
    EXPECT_EQ(matched.error().kind(), Errc::invalid_argument);
    EXPECT_TRUE(matched.error().message().starts_with("pattern '")) << matched.error().message();
  }
}

TEST(PathMatch, TakesLittleTimeForManyStars) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(*path_match(pattern + "b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace corten
