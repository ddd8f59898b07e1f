#include "base/json.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace corten {
namespace {

std::string error_of(std::string_view text, const JsonLimits& limits = {}) {
  const auto result = parse_json(text, "manifest", limits);
  return result ? "" : result.error().message();
}

TEST(Json, ReadsAndWritesCanonically) {
  const auto document = parse_json(R"( {"b": [1, 2.5, null], "a": "\u00e9"} )", "x");
  ASSERT_TRUE(document);
  EXPECT_EQ(to_json_text(*document), "{\"a\":\"\u00e9\",\"b\":[1,2.5,null]}");
  EXPECT_EQ(to_pretty_json_text(Json::array({1})), "[\n  1\n]\n");
}

TEST(Json, ErrorsNameTheDocumentAndThePosition) {
  EXPECT_TRUE(error_of("{\"a\": 1,\n \"b\": ]}").starts_with("manifest: line 2, column 7: "))
      << error_of("{\"a\": 1,\n \"b\": ]}");
  EXPECT_TRUE(error_of("").starts_with("manifest: line 1, column 1: ")) << error_of("");
  EXPECT_FALSE(error_of("{} x").empty());
  EXPECT_FALSE(error_of("\"\xff\"").empty());
}

TEST(Json, RefusesMembersThatOccurTwice) {
  EXPECT_EQ(error_of(R"({"a":1,"b":{"c":1,"c":2}})"), "manifest: the member 'c' occurs twice");
}

TEST(Json, CapsDepthBytesAndValues) {
  EXPECT_EQ(error_of(std::string(100'000, '[')), "manifest: nested deeper than 64 levels");
  EXPECT_EQ(error_of("[[[]]]", {.max_depth = 2}), "manifest: nested deeper than 2 levels");
  EXPECT_EQ(error_of("[1,2,3]", {.max_values = 3}), "manifest: more than 3 values");
  EXPECT_EQ(error_of("[1,2,3]", {.max_bytes = 6}), "manifest: 7 bytes of JSON, at most 6 are read");
}

TEST(Json, TenMegabytesOfNestingAreRefusedAtOnce) {
  std::string nested;
  while (nested.size() < 10'000'000) nested += "{\"a\":[";
  EXPECT_FALSE(error_of(nested).empty());
  EXPECT_EQ(error_of(nested, {.max_bytes = 20'000'000}), "manifest: nested deeper than 64 levels");
}

TEST(Json, NumbersOutOfRangeAreRefused) { EXPECT_FALSE(error_of("1e999").empty()); }

TEST(Json, WritingReplacesInvalidUtf8) { EXPECT_EQ(to_json_text(Json("\xff")), "\"\ufffd\""); }

}  // namespace
}  // namespace corten
