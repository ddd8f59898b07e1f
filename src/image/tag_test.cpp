#include "image/tag.hpp"

#include <atomic>
#include <thread>

#include "image/remove.hpp"
#include "image/testing_images.hpp"
#include "oci/index.hpp"

namespace corten::image {
namespace {

class TagTest : public testing::ImageTest {
 protected:
  std::optional<oci::Digest> target_of(const std::string& canonical) {
    const auto entry = store_->names().find(canonical).value();
    return entry ? std::optional(entry->descriptor.digest) : std::nullopt;
  }
};

TEST_F(TagTest, AnImageWithoutANameGetsOne) {
  const auto image = put({"one"});
  ASSERT_TRUE(store_->names().add_unnamed(image));
  const auto tagged = tag_image(*store_, image.digest.to_string(), "host.io/b:1");
  ASSERT_TRUE(tagged) << tagged.error().message();
  EXPECT_EQ(target_of("host.io/b:1"), image.digest);
  EXPECT_EQ(store_->names().list_entries().value().size(), 1U);
}

TEST_F(TagTest, ANameGivesTheWholeIndexAndAnIdOneImageOfIt) {
  const auto image = put({"one"});
  oci::Index index{.media_type = std::string(oci::media_type::kOciIndex), .manifests = {image}};
  const auto text = to_json_text(oci::to_json(index));
  const auto digest = store_->content().put(text).value();
  name("host.io/a:1", {.media_type = index.media_type,
                       .digest = digest,
                       .size_bytes = static_cast<std::int64_t>(text.size())});
  ASSERT_TRUE(tag_image(*store_, "host.io/a:1", "host.io/b:1"));
  EXPECT_EQ(target_of("host.io/b:1"), digest);
  const auto tagged = tag_image(*store_, image.digest.to_string(), "host.io/c:1");
  ASSERT_TRUE(tagged) << tagged.error().message();
  EXPECT_EQ(target_of("host.io/c:1"), image.digest);
}

TEST_F(TagTest, UnknownImagesAndNamesWithADigestAreRefused) {
  EXPECT_EQ(tag_image(*store_, "host.io/a:1", "host.io/b:1").error().kind(), Errc::not_found);
  name("host.io/a:1", put({"one"}));
  const auto with_digest = "host.io/b@" + content::digest_of("x").to_string();
  EXPECT_EQ(tag_image(*store_, "host.io/a:1", with_digest).error().kind(), Errc::invalid_argument);
}

TEST_F(TagTest, AnImageThatIsRemovedMeanwhileGetsNoNameOrStays) {
  for (int round = 0; round < 50; ++round) {
    const auto image = put({"one"});
    name("host.io/a:1", image);
    std::thread remover([&] {
      const auto store = ImageStore::open(root_).value();
      const std::vector<std::string> names = {"host.io/a:1"};
      EXPECT_TRUE(remove_images(*store, names, Force::no));
    });
    const auto tagged = tag_image(*store_, "host.io/a:1", "host.io/b:1");
    remover.join();
    EXPECT_EQ(store_->content().find(image.digest).value().has_value(), tagged.has_value());
    EXPECT_EQ(target_of("host.io/b:1").has_value(), tagged.has_value());
    ASSERT_TRUE(store_->names().remove("host.io/b:1"));
  }
}

}  // namespace
}  // namespace corten::image
