#include "image/import.hpp"

#include <utility>

#include "image/config_change.hpp"

namespace corten::image {

Result<NewImage> import_image(ImageStore& store, Source& tar, const ImportOptions& options) {
  const auto platform = options.platform ? *options.platform : platform_of_new_images();
  oci::ImageConfig config{.created = options.created,
                          .architecture = platform.architecture,
                          .os = platform.os,
                          .variant = platform.variant};
  for (const auto& change : options.changes) TRY(apply_config_change(change, config.config));
  config.history.push_back({.created = options.created, .comment = options.comment});

  auto lease = TRY(content::Lease::create(store.content(), content::Lease::AfterDeath::forget));
  auto intake = TRY(LayerIntake::read(store, tar));
  const auto layer = TRY(std::move(intake).commit(lease));
  auto image = TRY(store_image(store, lease, std::move(config), {layer}));
  TRY(name_image(store, options.name, image.manifest));
  return image;
}

}  // namespace corten::image
