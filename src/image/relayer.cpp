#include "image/relayer.hpp"

#include <algorithm>

#include "content/lease.hpp"
#include "image/catalog.hpp"
#include "image/layer_unpack.hpp"
#include "sys/fd_stream.hpp"

namespace corten::image {
namespace {

using DigestSet = std::set<oci::Digest>;

// With every layer that lies on one of them.
DigestSet with_descendants(const std::vector<snapshot::LayerInfo>& layers, DigestSet chains) {
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& layer : layers) {
      const auto& parent = layer.name.parent;
      if (parent && chains.contains(*parent)) grown = chains.insert(layer.name.chain_id).second || grown;
    }
  }
  return chains;
}

// The uppermost first; what cannot go stays, with all below it.
Result<> remove_layers(snapshot::Snapshotter& snapshots, const DigestSet& damaged,
                       std::vector<std::string>& done) {
  auto layers = TRY(snapshots.list());
  auto chains = with_descendants(layers, damaged);
  for (bool removed_any = true; removed_any && !chains.empty();) {
    removed_any = false;
    for (auto chain = chains.begin(); chain != chains.end();) {
      auto removed = snapshots.remove(*chain);
      if (!removed && removed.error().kind() != Errc::failed_precondition) return removed;
      if (!removed) {
        ++chain;
        continue;
      }
      done.push_back(fmt::format("removed the unpacked layer '{}'", chain->to_string()));
      chain = chains.erase(chain);
      removed_any = true;
    }
  }
  // Those whose record is damaged are in no list, and may go now that nothing lies on them.
  const auto swept = TRY(snapshots.sweep());
  if (swept > 0) done.emplace_back("removed unpacked layers whose record was damaged");
  return {};
}

Result<> unpack_one(ImageStore& store, snapshot::Snapshotter& snapshots, const oci::Digest& blob,
                    const snapshot::LayerName& name) {
  const auto fd = TRY(store.content().open_blob(blob));
  sys::FdSource source(fd);
  auto writer = TRY(unpack_layer(snapshots, source, name.diff_id));
  TRY(snapshots.commit(std::move(writer), name));
  return {};
}

Result<> unpack_image(ImageStore& store, snapshot::Snapshotter& snapshots, const oci::Descriptor& image,
                      std::vector<std::string>& done) {
  const auto documents = TRY(find_documents(store.content(), image));
  if (!documents) return {};  // removed before it was leased
  const auto names = TRY(layer_names(documents->config.value()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto present = snapshots.find(names[i].chain_id);
    // Its record is damaged, and something that is in use lies on it.
    if (!present && present.error().kind() == Errc::data_loss) return {};
    if (!present) return std::unexpected(present.error().clone());
    if (*present) continue;
    const auto blob = TRY(store.content().find(documents->manifest->layers[i].digest));
    if (!blob) return {};  // nor can those above it be unpacked
    TRY_CTX(unpack_one(store, snapshots, blob->digest, names[i]), "unpacking layer '{}'",
            names[i].chain_id.to_string());
    done.push_back(fmt::format("unpacked layer '{}'", names[i].chain_id.to_string()));
  }
  return {};
}

// Whether a layer of the image is among those that are there. Then all of it is leased: others may remove the
// image, but not what is unpacked again while that goes on. Not so of one that they have removed already.
Result<bool> hold_unpacked(ImageStore& store, content::Lease& lease, const oci::Descriptor& image,
                           const DigestSet& present) {
  const auto documents = TRY(find_documents(store.content(), image));
  if (!documents) return false;
  const auto chains = chain_ids_of(documents->config.value());
  const auto is_present = [&](const auto& chain) { return present.contains(chain); };
  if (std::ranges::none_of(chains, is_present)) return false;
  TRY(lease.hold(image.digest));
  TRY(lease.hold(documents->manifest->config.digest));
  for (const auto& chain : chains) TRY(lease.hold(chain));
  for (const auto& layer : documents->manifest->layers) TRY(lease.hold(layer.digest));
  return true;
}

}  // namespace

Result<std::vector<std::string>> unpack_again(ImageStore& store, std::span<const oci::Descriptor> images,
                                              const DigestSet& damaged) {
  auto* const snapshots = TRY(store.snapshots());
  // Before anything is removed: images that were never unpacked, as other tools put them here, stay so.
  const auto layers = TRY(snapshots->list());
  DigestSet present;
  for (const auto& layer : layers) present.insert(layer.name.chain_id);
  auto lease = TRY(content::Lease::create(store.content()));
  std::vector<oci::Descriptor> unpacked;
  for (const auto& image : images) {
    const bool held = TRY(hold_unpacked(store, lease, image, present));
    if (held) unpacked.push_back(image);
  }
  std::vector<std::string> done;
  TRY(remove_layers(*snapshots, damaged, done));
  for (const auto& image : unpacked) TRY(unpack_image(store, *snapshots, image, done));
  return done;
}

}  // namespace corten::image
