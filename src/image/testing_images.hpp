#pragma once

#include <fcntl.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "image/catalog.hpp"
#include "image/image_store.hpp"
#include "oci/image_config.hpp"
#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "oci/media_type.hpp"
#include "sys/file.hpp"
#include "sys/remove_tree.hpp"

/// Images of a few bytes, put into a store without a network. For tests.
namespace corten::image::testing {

struct SampleOptions {
  std::string architecture = "amd64";
  std::map<std::string, std::string> labels = {};
  std::int64_t created = 1'700'000'000;
  /// Put the layer blobs into the store too.
  bool with_layers = true;
};

/// The config of such an image.
inline std::string config_text(const std::vector<std::string>& layers, const SampleOptions& options) {
  oci::ImageConfig config{
      .created = Timestamp{.seconds = options.created}, .architecture = options.architecture, .os = "linux"};
  config.config.labels = options.labels;
  for (const auto& text : layers) config.rootfs.diff_ids.push_back(content::digest_of(text));
  return to_json_text(oci::to_json(config));
}

/// An image whose layers are these texts (no archives: nothing unpacks them). The same arguments give the
/// same image.
inline Result<oci::Descriptor> put_image(const content::Store& store, const std::vector<std::string>& layers,
                                         const SampleOptions& options = {}) {
  oci::Manifest manifest{.media_type = std::string(oci::media_type::kOciManifest)};
  for (const auto& text : layers) {
    const auto digest = content::digest_of(text);
    if (options.with_layers) TRY(store.put(text));
    manifest.layers.push_back({.media_type = std::string(oci::media_type::kOciLayer),
                               .digest = digest,
                               .size_bytes = static_cast<std::int64_t>(text.size())});
  }
  const auto config = config_text(layers, options);
  const auto config_digest = TRY(store.put(config));
  manifest.config = {.media_type = std::string(oci::media_type::kOciConfig),
                     .digest = config_digest,
                     .size_bytes = static_cast<std::int64_t>(config.size())};
  const auto text = to_json_text(oci::to_json(manifest));
  const auto digest = TRY(store.put(text));
  return oci::Descriptor{.media_type = std::string(oci::media_type::kOciManifest),
                         .digest = digest,
                         .size_bytes = static_cast<std::int64_t>(text.size())};
}

inline oci::Descriptor put_index(const content::Store& store, const std::vector<oci::Descriptor>& manifests) {
  const oci::Index index{.media_type = std::string(oci::media_type::kOciIndex), .manifests = manifests};
  const auto text = to_json_text(oci::to_json(index));
  return {.media_type = std::string(oci::media_type::kOciIndex),
          .digest = store.put(text).value(),
          .size_bytes = static_cast<std::int64_t>(text.size())};
}

/// An entry of an index.
inline oci::Descriptor on(oci::Descriptor manifest, std::string_view architecture) {
  manifest.platform = oci::Platform{.os = "linux", .architecture = std::string(architecture)};
  return manifest;
}

/// A store of its own for every test, removed at the end.
class ImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "corten-image-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    // Works for every user on every file system.
    auto store = ImageStore::open(root_, {.driver = snapshot::Driver::copy});
    ASSERT_TRUE(store) << store.error().message();
    store_ = std::move(*store);
  }
  void TearDown() override {
    store_.reset();
    const auto slash = root_.rfind('/');
    const auto parent = sys::open(root_.substr(0, slash), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(parent);
    EXPECT_TRUE(sys::remove_tree_at(*parent, root_.substr(slash + 1)));
  }

  oci::Descriptor put(const std::vector<std::string>& layers, const SampleOptions& options = {}) {
    auto image = put_image(store_->content(), layers, options);
    EXPECT_TRUE(image) << image.error().message();
    return std::move(*image);
  }
  void name(std::string_view text, const oci::Descriptor& target) {
    const auto reference = oci::Reference::parse(text);
    ASSERT_TRUE(reference) << reference.error().message();
    ASSERT_TRUE(store_->names().set(reference->canonical(), target));
  }

  std::string root_;
  std::unique_ptr<ImageStore> store_;
};

}  // namespace corten::image::testing
