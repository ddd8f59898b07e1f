#include "image/collect.hpp"

#include <algorithm>
#include <set>

#include "image/catalog.hpp"
#include "image/manifests_behind.hpp"
#include "oci/media_type.hpp"

namespace corten::image {
namespace {

using DigestSet = std::set<oci::Digest>;

// The snapshots of one image. What has no config here (an artifact) has no snapshots either.
Result<> mark_chains_of(const content::Store& store, const oci::Descriptor& manifest, DigestSet& live) {
  const auto documents = read_documents(store, manifest);
  if (!documents) {
    const auto reason = documents.error().kind();
    if (reason == Errc::unsupported || reason == Errc::not_found) return {};
    return fail(Errc::failed_precondition, "what image '{}' needs is unknown: {}",
                manifest.digest.to_string(), documents.error().message());
  }
  for (const auto& chain : chain_ids_of(documents->config.value())) live.insert(chain);
  return {};
}

// The snapshots of all images behind a name. An index that cannot be read has stopped the marking of blobs
// already.
Result<> mark_chains(const content::Store& store, const oci::Descriptor& target, DigestSet& live) {
  const auto present = TRY(store.find(target.digest));
  if (!present) return {};
  const auto manifests = TRY(manifests_behind(store, target));
  for (const auto& manifest : manifests) {
    if (oci::classify_media_type(manifest.media_type).kind == oci::BlobKind::manifest) {
      TRY(mark_chains_of(store, manifest, live));
    }
  }
  return {};
}

using Parents = std::map<oci::Digest, std::optional<oci::Digest>>;

// A layer stays while something lives on top of it.
void mark_parents(const Parents& parents, DigestSet& live) {
  const DigestSet marked = live;
  for (auto chain : marked) {
    for (auto it = parents.find(chain); it != parents.end() && it->second; it = parents.find(chain)) {
      chain = *it->second;
      if (!live.insert(chain).second) break;
    }
  }
}

// Whether an active snapshot lies on a layer whose record is damaged: what that one lies on is not known.
bool is_on_damaged(const Parents& parents, const snapshot::ActiveInfo& active) {
  auto chain = active.parent;
  for (std::size_t steps = 0; chain && steps <= parents.size(); ++steps) {
    const auto layer = parents.find(*chain);
    if (layer == parents.end()) return true;
    chain = layer->second;
  }
  return false;
}

// The uppermost first: a layer goes only when nothing lies on it any more.
Result<> sweep_layers(snapshot::Snapshotter& snapshots, DigestSet live, const content::GcOptions& options,
                      Collected& collected) {
  const auto active = TRY(snapshots.list_active());
  for (const auto& snapshot : active) {
    if (snapshot.parent) live.insert(*snapshot.parent);
  }
  const auto layers = TRY(snapshots.list());
  Parents parents;
  for (const auto& layer : layers) parents.emplace(layer.name.chain_id, layer.name.parent);
  if (std::ranges::any_of(active, [&](const auto& one) { return is_on_damaged(parents, one); })) return {};
  mark_parents(parents, live);
  std::map<oci::Digest, const snapshot::LayerInfo*> dead;
  for (const auto& layer : layers) {
    if (!live.contains(layer.name.chain_id)) dead.emplace(layer.name.chain_id, &layer);
  }
  while (!dead.empty()) {
    DigestSet needed;
    for (const auto& [chain, layer] : dead) {
      if (layer->name.parent) needed.insert(*layer->name.parent);
    }
    const auto before = dead.size();
    for (auto it = dead.begin(); it != dead.end();) {
      if (needed.contains(it->first)) {
        ++it;
        continue;
      }
      if (!options.dry_run) TRY(snapshots.remove(it->first));
      collected.layers.push_back(it->first);
      collected.layer_bytes += it->second->size_bytes;
      it = dead.erase(it);
    }
    if (dead.size() == before) return fail(Errc::data_loss, "layers lie on each other in a circle");
  }
  return {};
}

std::vector<oci::Descriptor> targets_of(const std::vector<content::NamedDescriptor>& entries) {
  std::vector<oci::Descriptor> targets;
  for (const auto& entry : entries) targets.push_back(entry.descriptor);
  return targets;
}

}  // namespace

Result<Collected> collect_garbage(ImageStore& store, const content::GcOptions& options) {
  const auto& content = store.content();
  auto* const snapshots = TRY(store.snapshots());
  const auto lock = TRY(content::detail::lock_for_gc(content));
  const auto leased = TRY(content::detail::find_leased(content, options));
  const auto entries = TRY(store.names().list_entries());
  const auto roots = targets_of(entries);
  Collected collected;
  collected.blobs = TRY(content::detail::collect_garbage_locked(content, roots, leased, options));
  DigestSet chains = leased;
  for (const auto& root : roots) TRY_CTX(mark_chains(content, root, chains), "finding what is in use");
  TRY(sweep_layers(*snapshots, std::move(chains), options, collected));
  if (options.dry_run) return collected;
  // What cannot be removed is no reason to keep silent about what was; 'system prune' tells why.
  if (const auto leftovers = snapshots->remove_leftovers()) collected.leftover_bytes = leftovers->size_bytes;
  return collected;
}

}  // namespace corten::image
