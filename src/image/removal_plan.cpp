#include "image/removal_plan.hpp"

#include <algorithm>

#include "image/lookup.hpp"
#include "oci/image_id.hpp"

namespace corten::image {
namespace {

using Entries = std::vector<RemovalPlan::Entry>;

std::vector<content::NamedDescriptor> named_of(const Entries& entries) {
  std::vector<content::NamedDescriptor> named;
  for (const auto& entry : entries) named.push_back(entry.named);
  return named;
}

bool reaches_any(const RemovalPlan::Entry& entry, const std::set<oci::Digest>& manifests) {
  return std::ranges::any_of(entry.manifests, [&](const auto& digest) { return manifests.contains(digest); });
}

bool is_same(const content::NamedDescriptor& a, const content::NamedDescriptor& b) {
  return a.name == b.name && a.descriptor.digest == b.descriptor.digest;
}

// moby isSingleReference: at most one tag, and nothing of another repository.
bool is_single_reference(const std::vector<const RemovalPlan::Entry*>& entries) {
  std::set<std::string> repositories;
  std::size_t tags = 0;
  std::size_t names = 0;
  for (const auto* entry : entries) {
    if (entry->named.name.empty()) continue;
    ++names;
    if (!entry->name || !entry->name->digest()) ++tags;
    repositories.insert(entry->name ? entry->name->name() : entry->named.name);
  }
  return names <= 1 || (tags <= 1 && repositories.size() == 1);
}

}  // namespace

Result<PlannedRemoval> RemovalPlan::remove(std::string_view text, Force force) {
  const auto prefix = oci::ImageIdPrefix::find(text);
  auto reference = oci::Reference::parse(text);
  const auto named = named_of(entries_);
  if (reference && !(prefix && prefix->is_explicit())) {
    if (const auto* entry = find_entry(named, *reference)) return remove_name(*entry);
  }
  const auto matching = TRY(find_by_id(catalog_, text));
  if (matching.empty()) {
    if (!reference && !prefix) return std::unexpected(std::move(reference).error());
    return no_such_image(text, named);
  }
  std::set<oci::Digest> manifests;
  for (const auto* image : matching) manifests.insert(image->summary.manifest.digest);
  const auto id = matching.front()->summary.id;
  return remove_id(manifests, id, force);
}

PlannedRemoval RemovalPlan::remove_only(const std::set<oci::Digest>& manifests) {
  std::set<oci::Digest> others;
  for (const auto& image : catalog_.images) {
    if (!manifests.contains(image.summary.manifest.digest)) others.insert(image.summary.manifest.digest);
  }
  std::vector<bool> chosen;
  for (const auto& entry : entries_) {
    chosen.push_back(reaches_any(entry, manifests) && !reaches_any(entry, others));
  }
  return take(chosen);
}

PlannedRemoval RemovalPlan::remove_name(const content::NamedDescriptor& named) {
  const auto first =
      std::ranges::find_if(entries_, [&](const auto& entry) { return is_same(entry.named, named); });
  const auto digest = named.descriptor.digest;
  const auto in_repository = [&](const Entry& entry) {
    return entry.named.descriptor.digest == digest && entry.name && first->name &&
           entry.name->name() == first->name->name();
  };
  const bool is_tag = first->name && !first->name->digest();
  const bool last_tag = is_tag && std::ranges::none_of(entries_, [&](const auto& entry) {
                          return &entry != &*first && in_repository(entry) && !entry.name->digest();
                        });
  // The tag is told before the digests, as Docker does.
  std::rotate(entries_.begin(), first, std::next(first));
  std::vector<bool> chosen(entries_.size(), false);
  chosen[0] = true;
  const auto repository = entries_[0].name ? entries_[0].name->name() : std::string();
  for (std::size_t i = 1; last_tag && i < entries_.size(); ++i) {
    const auto& entry = entries_[i];
    chosen[i] = entry.named.descriptor.digest == digest && entry.name && entry.name->name() == repository;
  }
  return take(chosen);
}

Result<PlannedRemoval> RemovalPlan::remove_id(const std::set<oci::Digest>& manifests, const oci::Digest& id,
                                              Force force) {
  std::vector<const Entry*> reaching;
  std::vector<bool> chosen;
  for (const auto& entry : entries_) {
    chosen.push_back(reaches_any(entry, manifests));
    if (chosen.back()) reaching.push_back(&entry);
  }
  if (force == Force::no && !is_single_reference(reaching)) {
    return with_hint(fail(Errc::failed_precondition,
                          "conflict: unable to delete {} (must be forced) - image is referenced in multiple "
                          "repositories",
                          id.short_hex()),
                     "remove its names one by one, or all of them with --force");
  }
  return take(chosen);
}

// Takes the chosen entries away, and with them the images that no other entry keeps.
PlannedRemoval RemovalPlan::take(const std::vector<bool>& chosen) {
  PlannedRemoval plan;
  std::set<oci::Digest> lost;
  std::vector<Entry> rest;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!chosen[i]) {
      rest.push_back(std::move(entries_[i]));
      continue;
    }
    lost.insert(entries_[i].manifests.begin(), entries_[i].manifests.end());
    plan.entries.push_back(std::move(entries_[i].named));
  }
  entries_ = std::move(rest);
  for (const auto& entry : entries_) {
    for (const auto& digest : entry.manifests) lost.erase(digest);
  }
  std::erase_if(catalog_.images, [&](ImageRecord& image) {
    if (!lost.contains(image.summary.manifest.digest)) return false;
    plan.images.push_back(std::move(image));
    return true;
  });
  return plan;
}

}  // namespace corten::image
