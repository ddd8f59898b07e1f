#include "image/filter.hpp"

#include <gtest/gtest.h>

namespace corten::image {
namespace {

oci::Reference name(std::string_view text) { return *oci::Reference::parse(text, oci::ImpliedTag::none); }

ImageRecord image(std::vector<std::string> tags, std::map<std::string, std::string> labels = {},
                  std::optional<Timestamp> created = Timestamp{.seconds = 1000}) {
  ImageRecord record;
  record.summary.labels = std::move(labels);
  record.summary.created = created;
  for (const auto& tag : tags) record.tags.push_back(name(tag));
  return record;
}

bool matches_name(std::string_view pattern, std::string_view text) {
  const auto matched = matches_reference(pattern, name(text));
  EXPECT_TRUE(matched) << matched.error().message();
  return matched && *matched;
}

TEST(ImageFilter, ReferencesMatchFamiliarNames) {
  EXPECT_TRUE(matches_name("ubuntu", "ubuntu:22.04"));
  EXPECT_TRUE(matches_name("ubuntu:22.04", "ubuntu:22.04"));
  EXPECT_TRUE(matches_name("ubun*:2*", "ubuntu:22.04"));
  EXPECT_TRUE(matches_name("*/*", "user/x:1"));
  EXPECT_FALSE(matches_name("*", "user/x:1"));
  EXPECT_FALSE(matches_name("ubuntu:24.04", "ubuntu:22.04"));
  EXPECT_FALSE(matches_name("ubunt", "ubuntu:22.04"));
}

TEST(ImageFilter, ReferencesMatchWholeNamesToo) {
  EXPECT_TRUE(matches_name("docker.io/library/ubuntu", "ubuntu:22.04"));
  EXPECT_TRUE(matches_name("docker.io/library/ubuntu:22.04", "ubuntu:22.04"));
  EXPECT_FALSE(matches_name("docker.io/library/ubuntu:22.10", "ubuntu:22.04"));
}

TEST(ImageFilter, LabelsMustAllMatch) {
  const auto labelled = image({"a"}, {{"k", "v"}, {"l", ""}});
  EXPECT_TRUE(matches({.labels = {{.name = "k"}}}, labelled));
  EXPECT_TRUE(matches({.labels = {{.name = "k", .value = "v"}, {.name = "l"}}}, labelled));
  EXPECT_FALSE(matches({.labels = {{.name = "k", .value = "w"}}}, labelled));
  EXPECT_FALSE(matches({.labels = {{.name = "k"}, {.name = "m"}}}, labelled));
  EXPECT_FALSE(matches({.labels = {{.name = "k", .wanted = LabelFilter::Wanted::absent}}}, labelled));
  EXPECT_TRUE(matches({.labels = {{.name = "m", .wanted = LabelFilter::Wanted::absent}}}, labelled));
}

TEST(ImageFilter, TimesAreExclusive) {
  const Timestamp then{.seconds = 1000};
  EXPECT_FALSE(matches({.before = {then}}, image({"a"})));
  EXPECT_FALSE(matches({.since = {then}}, image({"a"})));
  EXPECT_TRUE(matches({.before = {{.seconds = 1001}}, .since = {{.seconds = 999}}}, image({"a"})));
  EXPECT_TRUE(matches({.before = {then}}, image({"a"}, {}, std::nullopt))) << "no date is the oldest";
}

TEST(ImageFilter, DanglingIsWithoutTag) {
  EXPECT_TRUE(matches({.dangling = true}, image({})));
  EXPECT_FALSE(matches({.dangling = true}, image({"a"})));
  EXPECT_TRUE(matches({.dangling = false}, image({"a"})));
}

TEST(ImageFilter, OnlyMatchingNamesAreKept) {
  std::vector<ImageRecord> images = {image({"a:1", "b:1"}), image({"c:1"}), image({})};
  ASSERT_TRUE(apply_filter({.references = {"b", "d"}}, images));
  ASSERT_EQ(images.size(), 1U);
  ASSERT_EQ(images[0].tags.size(), 1U);
  EXPECT_EQ(images[0].tags[0].familiar(), "b:1");
}

}  // namespace
}  // namespace corten::image
