#include "image/prune.hpp"

#include "image/blob_sources.hpp"

namespace corten::image {
namespace {

// The layer blobs of one image that can go; none of one that the database remembers and whose documents are
// lost, which is no reason to keep those of others.
Result<> find_droppable(ImageStore& store, const ImageRecord& image, std::vector<oci::Digest>& blobs) {
  const auto documents = TRY(find_documents(store.content(), image.summary.manifest));
  if (!documents) return {};
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return {};
  const auto& layers = documents->manifest->layers;
  for (std::size_t i = 0; i < layers.size() && i < image.summary.chain_ids.size(); ++i) {
    const auto unpacked = TRY(snapshots->find(image.summary.chain_ids[i]));
    if (!unpacked) continue;
    const auto repositories = TRY(find_blob_sources(store, layers[i].digest));
    if (!repositories.empty()) blobs.push_back(layers[i].digest);
  }
  return {};
}

}  // namespace

Result<Removals> prune_images(ImageStore& store, const PruneOptions& options) {
  auto filter = options.filter;
  // As Docker: --filter dangling=false is --all.
  const bool all = filter.dangling ? !*filter.dangling : options.scope == PruneScope::all;
  filter.dangling.reset();
  return remove_images_if(
      store, [&](const ImageRecord& image) { return (all || image.is_dangling()) && matches(filter, image); },
      options.collect);
}

Result<content::GcResult> drop_layer_blobs(ImageStore& store) {
  const auto find = [&]() -> Result<std::vector<oci::Digest>> {
    const auto catalog = TRY(list_images(store));
    std::vector<oci::Digest> blobs;
    for (const auto& image : catalog.images) TRY(find_droppable(store, image, blobs));
    return blobs;
  };
  return content::remove_blobs(store.content(), find);
}

}  // namespace corten::image
