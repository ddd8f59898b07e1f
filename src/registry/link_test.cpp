#include "registry/link.hpp"

#include <array>

#include <gtest/gtest.h>

namespace corten::registry {
namespace {

std::string next_of(std::string_view header) {
  const std::array headers = {header};
  const auto next = find_next_link(headers);
  if (!next) return "error: " + next.error().message();
  return next->value_or("none");
}

TEST(Link, NextPageIsFoundAsRegistriesWriteIt) {
  EXPECT_EQ(next_of(R"(</v2/a/b/tags/list?last=x&n=2>; rel="next")"), "/v2/a/b/tags/list?last=x&n=2");
  EXPECT_EQ(next_of("<https://r.example/v2/_catalog?n=1>;rel=next"), "https://r.example/v2/_catalog?n=1");
  EXPECT_EQ(next_of(R"(</x> ; title="a, b; \"c\"" ; REL = "prev NEXT")"), "/x");
  EXPECT_EQ(next_of(R"(</x>; rel="next";)"), "/x");
}

TEST(Link, CommasAndSemicolonsInAnAddressBelongToIt) {
  EXPECT_EQ(next_of(R"(</x?a=1,2;3>; rel="next")"), "/x?a=1,2;3");
}

TEST(Link, OtherRelationsArePassedOver) {
  EXPECT_EQ(next_of(R"(</first>; rel="first", </next>; rel="next")"), "/next");
  EXPECT_EQ(next_of(R"(</first>; rel="first")"), "none");
  EXPECT_EQ(next_of("</plain>"), "none");
  EXPECT_EQ(next_of(""), "none");
  EXPECT_EQ(next_of(R"(</x>; rel="prev"; rel="next")"), "none");
}

TEST(Link, TheSecondHeaderIsReadToo) {
  const std::array<std::string_view, 2> headers = {R"(</a>; rel="last")", R"(</b>; rel="next")"};
  const auto next = find_next_link(headers);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(*next, "/b");
}

TEST(Link, MalformedHeadersAreRefusedWithThePosition) {
  EXPECT_EQ(next_of("/x; rel=next"), "error: Link header, position 1: expected '<'");
  EXPECT_EQ(next_of("</x; rel=next"),
            "error: Link header, position 2: expected an address that ends with '>'");
  EXPECT_EQ(next_of("</x> rel=next"), "error: Link header, position 6: expected ';' or ','");
  EXPECT_EQ(next_of(R"(</x>; rel="next)"),
            "error: Link header, position 16: expected '\"' at the end of a quoted value");
}

}  // namespace
}  // namespace corten::registry
