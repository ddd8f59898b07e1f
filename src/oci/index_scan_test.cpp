#include "oci/index_scan.hpp"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "oci/image_layout.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

constexpr std::string_view kEntry =
    R"({"mediaType":"a/b","size":7,"digest":)"
    R"("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",)"
    R"("annotations":{"org.opencontainers.image.ref.name":"v1","k":"v"},)"
    R"("platform":{"architecture":"arm64","os":"linux","variant":"v8"},"artifactType":"c/d"})";

std::string index_with(std::string_view entries) {
  return fmt::format(R"({{"schemaVersion": 2, "mediaType": "{}", "manifests": [{}]}})", media_type::kOciIndex,
                     entries);
}

Result<Document> parse(std::string_view text) {
  return parse_document(text, media_type::kOciIndex, "index.json");
}

TEST(IndexScan, ReadsWhatLayoutsAreWrittenWith) {
  for (const auto& text :
       {index_with(""), index_with(kEntry), index_with(fmt::format("{}, {}", kEntry, kEntry)),
        std::string(R"({"manifests":[],"schemaVersion":2})")}) {
    const auto scanned = scan_index(text, {});
    ASSERT_TRUE(scanned) << text;
    EXPECT_EQ(*scanned, *parse(text)->index()) << text;
  }
}

TEST(IndexScan, LeavesTheRestToTheParser) {
  const auto entry = [](std::string_view member) {
    auto text = std::string(kEntry);
    text.insert(1, fmt::format("{},", member));
    return index_with(text);
  };
  for (const auto& text :
       {entry(R"("urls":["https://h/x"])"), entry(R"("data":"")"), entry(R"("x":1)"), entry(R"("size":7)"),
        entry(R"("Size":7)"), entry(R"("annotations":{"k":"v"})"), index_with("{}"), index_with("null"),
        std::string(R"({"schemaVersion":2,"manifests":null})"), std::string(R"({"schemaVersion":2})"),
        std::string(R"({"schemaVersion":1,"manifests":[]})"), std::string(R"({"manifests":[]})"),
        std::string(R"({"schemaVersion":2,"manifests":[],"annotations":{}})"),
        std::string(R"({"schemaVersion":2,"manifests":[],"mediaType":"a/b"})"), index_with("") + "x",
        std::string()}) {
    EXPECT_FALSE(scan_index(text, {})) << text;
  }
  EXPECT_FALSE(scan_index(index_with(kEntry), {.max_bytes = 10}));
  EXPECT_FALSE(scan_index(index_with(kEntry), {.max_descriptors = 0}));
}

TEST(IndexScan, CountsValuesAsTheParserDoes) {
  const auto text = index_with(kEntry);
  for (const std::size_t most : {15U, 16U}) {
    const DocumentLimits limits{.max_values = most};
    EXPECT_EQ(scan_index(text, limits).has_value(), most == 16) << most;
    EXPECT_EQ(parse_document(text, media_type::kOciIndex, "index.json", limits).has_value(), most == 16)
        << most;
  }
}

// Whatever it accepts, the parser reads the same of it; so it accepts nothing that the parser refuses.
RC_GTEST_PROP(IndexScan, AgreesWithTheParser, ()) {
  auto text = index_with(fmt::format("{},{}", kEntry, kEntry));
  const auto pieces = rc::gen::elementOf(std::vector<std::string>{"",
                                                                  "\"",
                                                                  ",",
                                                                  ":",
                                                                  "{",
                                                                  "}",
                                                                  "[",
                                                                  "]",
                                                                  "0",
                                                                  "1",
                                                                  "-",
                                                                  ".",
                                                                  "e",
                                                                  " ",
                                                                  "\n",
                                                                  "\\",
                                                                  "\\n",
                                                                  "\x01",
                                                                  "\x7f",
                                                                  "\xc3\xa4",
                                                                  "A",
                                                                  "null",
                                                                  "true",
                                                                  "\"size\":7,",
                                                                  "\"Digest\":1,",
                                                                  "\"annotations\":{},",
                                                                  "\"k\":\"\",",
                                                                  "\"platform\":{},",
                                                                  "\"artifactType\":\"\",",
                                                                  "\"x\":[],",
                                                                  "\"mediaType\":\"a/b\","});
  const auto changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    text.replace(at, *rc::gen::inRange<std::size_t>(0, 3), *pieces);
  }
  const auto scanned = scan_index(text, {});
  if (!scanned) return;
  const auto parsed = parse(text);
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*scanned == *parsed->index());
}

}  // namespace
}  // namespace corten::oci
