#include "image/remove.hpp"

#include <algorithm>

#include "image/collect.hpp"
#include "image/manifests_behind.hpp"
#include "image/summary_cache.hpp"

namespace corten::image {
namespace {

Result<RemovalPlan> make_plan(ImageStore& store) {
  auto named = TRY(store.names().list_entries());
  auto catalog = TRY(list_images(store));
  std::vector<RemovalPlan::Entry> entries;
  entries.reserve(named.size());
  for (auto& one : named) {
    auto name = oci::Reference::parse(one.name, oci::ImpliedTag::none);
    auto manifests = digests_behind(store.content(), one.descriptor);
    entries.push_back({.named = std::move(one),
                       .name = name ? std::optional(std::move(*name)) : std::nullopt,
                       .manifests = std::move(manifests)});
  }
  return RemovalPlan(std::move(entries), std::move(catalog));
}

std::string shown_name(const content::NamedDescriptor& entry) {
  const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
  return name ? name->familiar() : entry.name;
}

// A manifest may go while another with the same config stays: its id is an image still.
Removal tell(const PlannedRemoval& plan, const Catalog& rest) {
  Removal removal;
  for (const auto& entry : plan.entries) {
    if (!entry.name.empty()) removal.untagged.push_back(shown_name(entry));
  }
  for (const auto& image : plan.images) {
    const auto& id = image.summary.id;
    const auto has_id = [&](const auto& other) { return other.summary.id == id; };
    if (std::ranges::any_of(rest.images, has_id)) continue;
    if (std::ranges::find(removal.deleted_images, id) == removal.deleted_images.end()) {
      removal.deleted_images.push_back(id);
    }
  }
  return removal;
}

// Says of each layer that went with which image it did; of others' leftovers nothing.
void tell_layers(const std::vector<PlannedRemoval>& plans, const Collected& collected, Removals& removals) {
  std::set<oci::Digest> gone(collected.layers.begin(), collected.layers.end());
  for (std::size_t i = 0; i < plans.size(); ++i) {
    for (const auto& image : plans[i].images) {
      const auto& chains = image.summary.chain_ids;
      for (auto chain = chains.rbegin(); chain != chains.rend(); ++chain) {
        if (gone.erase(*chain) != 0) removals.removed[i].deleted_layers.push_back(*chain);
      }
    }
  }
}

// A cache: what stays in it by a failure is only larger.
void forget(ImageStore& store, const Collected& collected) {
  const auto database = store.database();
  if (!database) return;
  for (const auto& blob : collected.blobs.removed) (void)forget_summary(**database, blob.digest);
}

Result<> carry_out(ImageStore& store, const std::vector<PlannedRemoval>& plans, const RemovalPlan& rest,
                   const content::GcOptions& options, Removals& removals) {
  std::vector<content::NamedDescriptor> entries;
  for (const auto& plan : plans) {
    entries.insert(entries.end(), plan.entries.begin(), plan.entries.end());
    removals.removed.push_back(tell(plan, rest.catalog()));
  }
  if (!options.dry_run) TRY(store.names().remove_entries(entries));
  auto collected = collect_garbage(store, options);
  if (!collected) {
    removals.errors.push_back(std::move(collected).error());
    return {};
  }
  forget(store, *collected);
  tell_layers(plans, *collected, removals);
  removals.reclaimed_bytes =
      collected->blobs.removed_bytes + collected->layer_bytes + collected->leftover_bytes;
  return {};
}

}  // namespace

Result<Removals> remove_images(ImageStore& store, std::span<const std::string> texts, Force force) {
  auto plan = TRY(make_plan(store));
  Removals removals;
  std::vector<PlannedRemoval> planned;
  for (const auto& text : texts) {
    auto one = plan.remove(text, force);
    if (one) {
      planned.push_back(std::move(*one));
    } else {
      removals.errors.push_back(std::move(one).error());
    }
  }
  if (!planned.empty()) TRY(carry_out(store, planned, plan, {}, removals));
  return removals;
}

Result<Removals> remove_images_if(ImageStore& store, const std::function<bool(const ImageRecord&)>& wanted,
                                  const content::GcOptions& options) {
  auto plan = TRY(make_plan(store));
  std::set<oci::Digest> manifests;
  for (const auto& image : plan.catalog().images) {
    if (wanted(image)) manifests.insert(image.summary.manifest.digest);
  }
  Removals removals;
  std::vector<PlannedRemoval> planned;
  planned.push_back(plan.remove_only(manifests));
  TRY(carry_out(store, planned, plan, options, removals));
  return removals;
}

}  // namespace corten::image
