#include "image/archive/load.hpp"

#include "image/archive/docker_manifest.hpp"
#include "image/archive/unpack_image.hpp"
#include "image/layer_unpack.hpp"
#include "oci/image_layout.hpp"
#include "sys/stoppable_source.hpp"

namespace corten::image {

Result<> unpack_layers(ImageStore& store, content::Lease& lease, const oci::ImageConfig& config,
                       const std::vector<oci::Descriptor>& layers, const LoadOptions& options) {
  auto* const snapshots = TRY(store.snapshots());
  const auto names = TRY(layer_names(config));
  for (std::size_t i = 0; i < names.size(); ++i) {
    TRY(lease.hold(names[i].chain_id));
    const auto present = TRY(snapshots->find(names[i].chain_id));
    if (present) continue;
    if (options.on_layer) options.on_layer(layers[i]);
    const auto blob = TRY(store.content().open_blob(layers[i].digest));
    auto bytes = TRY(sys::StoppableSource::create(blob, options.stop));
    auto writer = TRY_CTX(unpack_layer(*snapshots, bytes, names[i].diff_id), "layer {} of the image", i + 1);
    TRY(snapshots->commit(std::move(writer), names[i]));
  }
  return {};
}

namespace {

Result<Loaded> take_images(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                           const LoadOptions& options) {
  const auto marker = TRY(archive.find_document(oci::layout::kMarkerFile));
  const auto index = TRY(archive.find_document(oci::layout::kIndexFile));
  if (marker && index) {
    TRY(oci::layout::check_marker(*marker));
    return load_oci_layout(store, lease, archive, *index, options);
  }
  const auto manifest = TRY(archive.find_document(kDockerManifestFile));
  if (manifest) return load_docker_archive(store, lease, archive, *manifest, options);
  return with_hint(
      fail(Errc::invalid_argument, "this is no archive of images: it has neither {} with {} nor {}",
           oci::layout::kMarkerFile, oci::layout::kIndexFile, kDockerManifestFile),
      "'corten import' makes an image of the files of a root filesystem");
}

std::vector<content::NamedDescriptor> names_to_give(const Loaded& loaded) {
  std::vector<content::NamedDescriptor> names;
  for (const auto& image : loaded.images) {
    const auto& manifest = image.image.manifest;
    if (image.names.empty()) names.push_back({.name = {}, .descriptor = manifest});
    for (const auto& name : image.names) {
      names.push_back({.name = name.canonical(), .descriptor = manifest});
    }
  }
  return names;
}

}  // namespace

Result<Loaded> load_images(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                           const LoadOptions& options) {
  auto loaded = TRY(take_images(store, lease, archive, options));
  if (loaded.images.empty()) {
    if (!options.platform) return fail(Errc::not_found, "the archive has no image");
    return fail(Errc::not_found, "the archive has no image for {}", oci::to_string(*options.platform));
  }
  // Only now, when all of them are known to be whole.
  if (options.stop.stop_requested()) return fail(Errc::canceled, "canceled");
  const auto names = names_to_give(loaded);
  TRY(store.names().set_all(names, content::Names::Displaced::keep_unnamed));
  return loaded;
}

}  // namespace corten::image
