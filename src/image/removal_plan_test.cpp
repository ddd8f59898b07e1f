#include "image/removal_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace corten::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A digest that begins with these digits.
oci::Digest digest(std::string digits) {
  digits.resize(64, '0');
  return *oci::Digest::parse("sha256:" + digits);
}

// Images by manifest digest and id, and entries by name, target and what it reaches.
class Plan {
 public:
  Plan& image(const std::string& manifest, const std::string& id) {
    ImageRecord record;
    record.summary.manifest.digest = digest(manifest);
    record.summary.id = digest(id);
    catalog_.images.push_back(std::move(record));
    return *this;
  }
  Plan& entry(const std::string& name, const std::string& target, const std::vector<std::string>& manifests) {
    RemovalPlan::Entry one;
    one.named.descriptor.digest = digest(target);
    if (auto parsed = oci::Reference::parse(name, oci::ImpliedTag::none)) {
      one.named.name = parsed->canonical();
      one.name = std::move(*parsed);
    }
    for (const auto& manifest : manifests) one.manifests.insert(digest(manifest));
    entries_.push_back(std::move(one));
    return *this;
  }
  RemovalPlan make() const { return {entries_, catalog_}; }

 private:
  std::vector<RemovalPlan::Entry> entries_;
  Catalog catalog_;
};

std::vector<std::string> names(const PlannedRemoval& plan) {
  std::vector<std::string> all;
  for (const auto& entry : plan.entries) all.push_back(entry.name);
  return all;
}

std::vector<std::string> ids(const PlannedRemoval& plan) {
  std::vector<std::string> all;
  for (const auto& image : plan.images) all.push_back(image.summary.id.hex().substr(0, 4));
  return all;
}

const std::string kPinned = "a@" + digest("11").to_string();

TEST(RemovalPlan, ATagTakesTheDigestsOfItsRepository) {
  auto plan = Plan().image("11", "aaaa").entry(kPinned, "11", {"11"}).entry("a:1", "11", {"11"}).make();
  const auto removal = plan.remove("a:1", Force::no);
  ASSERT_TRUE(removal);
  EXPECT_THAT(names(*removal), ElementsAre("docker.io/library/a:1", "docker.io/library/" + kPinned));
  EXPECT_THAT(ids(*removal), ElementsAre("aaaa"));
}

TEST(RemovalPlan, ATagAmongOthersGoesAlone) {
  auto plan = Plan()
                  .image("11", "aaaa")
                  .entry("a:1", "11", {"11"})
                  .entry("a:2", "11", {"11"})
                  .entry(kPinned, "11", {"11"})
                  .make();
  const auto first = plan.remove("a:1", Force::no);
  ASSERT_TRUE(first);
  EXPECT_THAT(names(*first), ElementsAre("docker.io/library/a:1"));
  EXPECT_THAT(ids(*first), IsEmpty());
  const auto again = plan.remove("a:1", Force::no);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Errc::not_found);
  EXPECT_THAT(ids(*plan.remove("a:2", Force::no)), ElementsAre("aaaa"));
}

TEST(RemovalPlan, AnIdOfTwoRepositoriesNeedsForce) {
  auto plan = Plan().image("11", "aaaa").entry("a:1", "11", {"11"}).entry("b:1", "11", {"11"}).make();
  const auto conflict = plan.remove("aaaa", Force::no);
  ASSERT_FALSE(conflict);
  EXPECT_EQ(conflict.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(conflict.error().message(),
              HasSubstr("conflict: unable to delete aaaa00000000 (must be forced)"));
  const auto forced = plan.remove("aaaa", Force::yes);
  ASSERT_TRUE(forced);
  EXPECT_EQ(names(*forced).size(), 2U);
  EXPECT_THAT(ids(*forced), ElementsAre("aaaa"));
}

TEST(RemovalPlan, TwoTagsOfOneRepositoryNeedForceToo) {
  auto plan = Plan().image("11", "aaaa").entry("a:1", "11", {"11"}).entry("a:2", "11", {"11"}).make();
  EXPECT_FALSE(plan.remove("aaaa", Force::no));
}

TEST(RemovalPlan, AnIdWithOneTagAndItsDigestNeedsNoForce) {
  auto plan = Plan().image("11", "aaaa").entry("a:1", "11", {"11"}).entry(kPinned, "11", {"11"}).make();
  EXPECT_THAT(ids(*plan.remove("sha256:aaaa", Force::no)), ElementsAre("aaaa"));
}

TEST(RemovalPlan, AnUnnamedImageGoesById) {
  auto plan = Plan().image("11", "aaaa").entry("", "11", {"11"}).make();
  const auto removal = plan.remove("aaaa", Force::no);
  ASSERT_TRUE(removal);
  EXPECT_THAT(ids(*removal), ElementsAre("aaaa"));
}

TEST(RemovalPlan, ANameComesBeforeAnId) {
  auto plan = Plan()
                  .image("11", "cafe")
                  .image("22", "bbbb")
                  .entry("x:1", "11", {"11"})
                  .entry("cafe:latest", "22", {"22"})
                  .make();
  EXPECT_THAT(ids(*plan.remove("cafe", Force::no)), ElementsAre("bbbb"));
}

TEST(RemovalPlan, ANameOfAnImageThatCannotBeReadIsRemoved) {
  auto plan = Plan().entry("a:1", "11", {"11"}).make();
  EXPECT_THAT(names(*plan.remove("a:1", Force::no)), ElementsAre("docker.io/library/a:1"));
}

TEST(RemovalPlan, TheImagesOfAnIndexGoTogether) {
  auto plan = Plan().image("11", "aaaa").image("22", "bbbb").entry("a:1", "99", {"11", "22", "33"}).make();
  EXPECT_THAT(ids(*plan.remove("a:1", Force::no)), ElementsAre("aaaa", "bbbb"));
}

TEST(RemovalPlan, PruningOneImageOfAnIndexLeavesIt) {
  auto plan = Plan().image("11", "aaaa").image("22", "bbbb").entry("a:1", "99", {"11", "22", "33"}).make();
  EXPECT_THAT(names(plan.remove_only({digest("11")})), IsEmpty());
  EXPECT_THAT(ids(plan.remove_only({digest("11"), digest("22")})), ElementsAre("aaaa", "bbbb"));
}

TEST(RemovalPlan, ABeginningOfTwoIds) {
  auto plan = Plan().image("11", "aaaa1").image("22", "aaaa2").make();
  const auto ambiguous = plan.remove("aaaa", Force::yes);
  ASSERT_FALSE(ambiguous);
  EXPECT_EQ(ambiguous.error().kind(), Errc::invalid_argument);
}

}  // namespace
}  // namespace corten::image
