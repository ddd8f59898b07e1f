#include "image/layer_sizes.hpp"

namespace corten::image {

std::map<oci::Digest, std::uint64_t> unpacked_sizes(ImageStore& store) {
  std::map<oci::Digest, std::uint64_t> sizes;
  const auto snapshots = store.find_snapshots();
  if (!snapshots || *snapshots == nullptr) return sizes;
  const auto layers = (*snapshots)->list();
  if (!layers) return sizes;
  for (const auto& layer : *layers) sizes.emplace(layer.name.chain_id, layer.size_bytes);
  return sizes;
}

std::vector<std::uint64_t> layer_sizes(const oci::Manifest& manifest,
                                       const std::vector<oci::Digest>& chain_ids,
                                       const std::map<oci::Digest, std::uint64_t>& unpacked) {
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const auto found = i < chain_ids.size() ? unpacked.find(chain_ids[i]) : unpacked.end();
    sizes.push_back(found != unpacked.end() ? found->second
                                            : static_cast<std::uint64_t>(manifest.layers[i].size_bytes));
  }
  return sizes;
}

}  // namespace corten::image
