#include "image/disk_usage.hpp"

#include <map>
#include <set>

#include "image/layer_sizes.hpp"

namespace corten::image {
namespace {

// The size of each layer of an image by chain id. Layers that are not unpacked count by their blobs.
Result<std::map<oci::Digest, std::uint64_t>> sizes_of(ImageStore& store, const ImageSummary& summary,
                                                      const std::map<oci::Digest, std::uint64_t>& unpacked) {
  std::map<oci::Digest, std::uint64_t> sizes;
  for (const auto& chain : summary.chain_ids) {
    if (const auto size = unpacked.find(chain); size != unpacked.end()) sizes.insert(*size);
  }
  const std::set<oci::Digest> wanted(summary.chain_ids.begin(), summary.chain_ids.end());
  if (sizes.size() == wanted.size()) return sizes;
  const auto documents = TRY(find_documents(store.content(), summary.manifest));
  // Lost, or removed while this looks: then what is known is all there is.
  if (!documents) return sizes;
  const auto in_order = layer_sizes(documents->manifest.value(), summary.chain_ids, unpacked);
  for (std::size_t i = 0; i < in_order.size(); ++i) sizes.emplace(summary.chain_ids[i], in_order[i]);
  return sizes;
}

Result<std::vector<ImageUsage>> measure_images(ImageStore& store,
                                               const std::map<oci::Digest, std::uint64_t>& unpacked) {
  auto catalog = TRY(list_images(store));
  std::vector<std::map<oci::Digest, std::uint64_t>> sizes;
  std::map<oci::Digest, std::size_t> users;
  for (const auto& image : catalog.images) {
    auto own = TRY(sizes_of(store, image.summary, unpacked));
    for (const auto& [chain, size] : own) ++users[chain];
    sizes.push_back(std::move(own));
  }
  std::vector<ImageUsage> usage;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    ImageUsage one{.image = std::move(catalog.images[i])};
    for (const auto& [chain, size] : sizes[i])
      (users[chain] > 1 ? one.shared_bytes : one.unique_bytes) += size;
    usage.push_back(std::move(one));
  }
  return usage;
}

Result<Share> measure_active(snapshot::Snapshotter& snapshots) {
  Share share;
  const auto active = TRY(snapshots.list_active());
  for (const auto& one : active) {
    const auto bytes = snapshots.measure_active(one.key);
    if (!bytes && bytes.error().kind() == Errc::not_found) continue;  // ended meanwhile
    if (!bytes) return std::unexpected(bytes.error().clone());
    ++share.count;
    share.bytes += *bytes;
  }
  return share;
}

}  // namespace

Result<DiskUsage> measure_disk_usage(ImageStore& store) {
  DiskUsage usage;
  const auto unpacked = unpacked_sizes(store);
  usage.images = TRY(measure_images(store, unpacked));
  for (const auto& [chain, size] : unpacked) {
    ++usage.layers.count;
    usage.layers.bytes += size;
  }
  const auto blobs = TRY(store.content().list());
  for (const auto& blob : blobs) {
    ++usage.blobs.count;
    usage.blobs.bytes += blob.size_bytes;
  }
  const auto ingests = TRY(store.content().list_ingests());
  for (const auto& ingest : ingests) {
    ++usage.ingests.count;
    usage.ingests.bytes += ingest.size_bytes;
  }
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return usage;
  usage.active = TRY(measure_active(*snapshots));
  const auto leftovers = TRY(snapshots->measure_leftovers());
  usage.leftovers = {.count = leftovers.count, .bytes = leftovers.size_bytes};
  return usage;
}

}  // namespace corten::image
