#include "image/catalog.hpp"

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "image/naming.hpp"
#include "image/testing_images.hpp"

namespace corten::image {
namespace {

using testing::ImageTest;
using testing::on;
using testing::put_index;

TEST_F(ImageTest, ImagesAreListedWithAllTheirNamesNewestFirst) {
  const auto old = put({"a"}, {.created = 1000});
  const auto young = put({"b"}, {.labels = {{"team", "vision"}}, .created = 2000});
  name("b:1", old);
  name("a:1", old);
  name("ghcr.io/x/y:2", young);
  const auto pinned = oci::Reference::parse("ghcr.io/x/y")->without_version().with_digest(young.digest);
  ASSERT_TRUE(set_name(*store_, pinned, young));
  const auto catalog = list_images(*store_).value();
  EXPECT_TRUE(catalog.problems.empty());
  ASSERT_EQ(catalog.images.size(), 2U);
  EXPECT_EQ(catalog.images[0].summary.manifest.digest, young.digest);
  EXPECT_EQ(catalog.images[0].summary.labels.at("team"), "vision");
  ASSERT_EQ(catalog.images[0].digests.size(), 1U);
  EXPECT_EQ(catalog.images[0].digests[0], pinned);
  ASSERT_EQ(catalog.images[1].tags.size(), 2U);
  EXPECT_EQ(catalog.images[1].tags[0].familiar(), "a:1");
  EXPECT_EQ(catalog.images[1].summary.size_bytes, 1U);
}

TEST_F(ImageTest, WhatIsRememberedIsWhatWasRead) {
  name("a", put({"a", "bb"}, {.labels = {{"k", "v=\"1\"\n"}}, .created = 1000}));
  const auto first = list_images(*store_).value().images.at(0).summary;
  // The config goes: only the database can know now.
  ASSERT_TRUE(store_->content().remove(first.id));
  const auto second = list_images(*store_).value().images.at(0).summary;
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.created, first.created);
  EXPECT_EQ(second.labels, first.labels);
  EXPECT_EQ(second.chain_ids, first.chain_ids);
  EXPECT_EQ(second.size_bytes, first.size_bytes);
  EXPECT_EQ(second.platform, first.platform);
  EXPECT_EQ(second.manifest, first.manifest);
}

TEST_F(ImageTest, DetailsAreReadOnlyWhenTheyAreAskedFor) {
  name("a", put({"a", "bb"}, {.labels = {{"k", "v"}}}));
  const auto whole = list_images(*store_).value().images.at(0).summary;
  ASSERT_EQ(whole.chain_ids.size(), 2U);
  const auto brief = list_images(*store_, Details::left_out).value().images.at(0).summary;
  EXPECT_EQ(brief.id, whole.id);
  EXPECT_EQ(brief.size_bytes, whole.size_bytes);
  EXPECT_TRUE(brief.labels.empty());
  EXPECT_TRUE(brief.chain_ids.empty());
  const auto found = find_image(*store_, whole.id.hex()).value().image.summary;
  EXPECT_EQ(found.labels, whole.labels);
  EXPECT_EQ(found.chain_ids, whole.chain_ids);
}

TEST_F(ImageTest, DamagedImagesAreToldAndPassedOver) {
  const auto broken = put({"a"});
  name("broken", broken);
  name("fine", put({"b"}));
  ASSERT_TRUE(store_->content().remove(broken.digest));
  const auto catalog = list_images(*store_).value();
  ASSERT_EQ(catalog.images.size(), 1U);
  ASSERT_EQ(catalog.problems.size(), 1U);
  EXPECT_NE(catalog.problems[0].find("docker.io/library/broken:latest"), std::string::npos);
}

TEST_F(ImageTest, AnImageIsFoundByNameIdPrefixAndDigest) {
  const auto manifest = put({"a"});
  name("ubuntu:24.04", manifest);
  name("ubuntu:noble", manifest);
  const auto by_name = find_image(*store_, "ubuntu:24.04").value();
  EXPECT_EQ(by_name.name->familiar(), "ubuntu:24.04");
  EXPECT_EQ(by_name.image.tags.size(), 2U);
  const auto id = by_name.image.summary.id;
  for (const auto& text : {id.hex(), id.hex().substr(0, 6), id.to_string(), manifest.digest.to_string()}) {
    const auto found = find_image(*store_, text);
    ASSERT_TRUE(found) << text << ": " << found.error().message();
    EXPECT_EQ(found->image.summary.manifest.digest, manifest.digest);
    EXPECT_FALSE(found->name);
  }
  const auto pinned = find_image(*store_, "ubuntu@" + manifest.digest.to_string());
  ASSERT_TRUE(pinned) << "no name has this digest, but the repository's tag stands for it";
  EXPECT_EQ(pinned->image.summary.id, id);
}

TEST_F(ImageTest, ANameIsPreferredToAnIdThatBeginsLikeIt) {
  const auto first = put({"a"});
  name("x", first);
  const auto prefix = find_image(*store_, "x").value().image.summary.id.hex().substr(0, 6);
  const auto second = put({"b"});
  name(prefix, second);
  EXPECT_EQ(find_image(*store_, prefix).value().image.summary.manifest.digest, second.digest);
  EXPECT_EQ(find_image(*store_, "sha256:" + prefix).value().image.summary.manifest.digest, first.digest);
}

TEST_F(ImageTest, WhatIsNotThereIsSaidWithTheNearestName) {
  name("ubuntu:24.04", put({"a"}));
  const auto found = find_image(*store_, "ubunut:24.04");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::not_found);
  EXPECT_EQ(found.error().hint(), "did you mean 'ubuntu:24.04'?");
}

TEST_F(ImageTest, AnIndexGivesTheImageOfThePlatform) {
  const auto amd64 = put({"a"}, {.architecture = "amd64"});
  const auto arm64 = put({"b"}, {.architecture = "arm64"});
  name("multi", put_index(store_->content(), {on(amd64, "amd64"), on(arm64, "arm64")}));
  const auto find = [&](const char* architecture) {
    return find_image(*store_, "multi", oci::Platform{.os = "linux", .architecture = architecture});
  };
  EXPECT_EQ(find("arm64").value().image.summary.manifest.digest, arm64.digest);
  EXPECT_EQ(find("amd64").value().image.summary.manifest.digest, amd64.digest);
  const auto missing = find("s390x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
  EXPECT_EQ(list_images(*store_).value().images.size(), 2U);
}

TEST_F(ImageTest, AnIndexInAnIndexGivesItsImages) {
  const auto amd64 = put({"a"}, {.architecture = "amd64"});
  const auto arm64 = put({"b"}, {.architecture = "arm64"});
  // The platform of the inner index is that of its image; the second is not in the store.
  const auto absent = on({.media_type = amd64.media_type, .digest = content::digest_of("absent")}, "arm");
  const auto inner = on(put_index(store_->content(), {arm64, absent}), "arm64");
  name("nested", put_index(store_->content(), {on(amd64, "amd64"), inner, inner}));
  EXPECT_EQ(list_images(*store_).value().images.size(), 2U);
  const auto found = find_image(*store_, "nested", oci::Platform{.os = "linux", .architecture = "arm64"});
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->image.summary.manifest.digest, arm64.digest);
}

TEST_F(ImageTest, IndexesTooDeepAreNoImages) {
  auto index = put_index(store_->content(), {put({"a"})});
  for (int depth = 0; depth < 3; ++depth) index = put_index(store_->content(), {index});
  name("deep", index);
  EXPECT_TRUE(list_images(*store_).value().images.empty());
  EXPECT_FALSE(find_image(*store_, "deep"));
}

TEST_F(ImageTest, AnImageThatLosesItsNameStaysListedWithoutOne) {
  name("a", put({"a"}));
  ASSERT_TRUE(set_name(*store_, *oci::Reference::parse("a"), put({"b"})));
  const auto catalog = list_images(*store_).value();
  ASSERT_EQ(catalog.images.size(), 2U);
  EXPECT_EQ(catalog.images[0].is_dangling() + catalog.images[1].is_dangling(), 1);
}

TEST_F(ImageTest, AmbiguousPrefixesAreRefused) {
  // Two images whose ids begin alike, found by trying.
  std::map<std::string, std::int64_t> seen;
  std::int64_t created = 0;
  std::string prefix;
  for (;; ++created) {
    prefix = content::digest_of(testing::config_text({"a"}, {.created = created})).hex().substr(0, 4);
    if (!seen.emplace(prefix, created).second) break;
  }
  name("one", put({"a"}, {.created = created}));
  EXPECT_TRUE(find_image(*store_, prefix));
  name("two", put({"a"}, {.created = seen.at(prefix)}));
  const auto found = find_image(*store_, prefix);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), Errc::invalid_argument);
}

}  // namespace
}  // namespace corten::image
