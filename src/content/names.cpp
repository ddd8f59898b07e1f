#include "content/names.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "content/index_file.hpp"
#include "oci/annotations.hpp"
#include "oci/image_layout.hpp"

namespace corten::content {
namespace {

auto find_entry(std::vector<oci::Descriptor>& entries, std::string_view name) {
  return std::ranges::find_if(entries,
                              [&](const auto& entry) { return oci::layout::find_ref_name(entry) == name; });
}

oci::Descriptor without_name(oci::Descriptor descriptor) {
  descriptor.annotations.erase(std::string(oci::annotation::kRefName));
  return descriptor;
}

bool has_digest(const std::vector<oci::Descriptor>& entries, const oci::Digest& digest) {
  return std::ranges::any_of(entries, [&](const auto& entry) { return entry.digest == digest; });
}

// Only what says which blob it is: annotations and embedded data come from registries, at any size.
oci::Descriptor bare(const oci::Descriptor& descriptor) {
  return {.media_type = descriptor.media_type,
          .digest = descriptor.digest,
          .size_bytes = descriptor.size_bytes,
          .platform = descriptor.platform,
          .artifact_type = descriptor.artifact_type};
}

void erase_unnamed(std::vector<oci::Descriptor>& entries, const oci::Digest& digest) {
  std::erase_if(entries, [&](const auto& entry) {
    return entry.digest == digest && !oci::layout::find_ref_name(entry);
  });
}

std::vector<NamedDescriptor> to_entries(std::vector<oci::Descriptor> descriptors) {
  std::vector<NamedDescriptor> entries;
  entries.reserve(descriptors.size());
  for (auto& descriptor : descriptors) {
    auto name = oci::layout::find_ref_name(descriptor).value_or("");
    entries.push_back({.name = std::move(name), .descriptor = without_name(std::move(descriptor))});
  }
  return entries;
}

oci::Descriptor with_name(const oci::Descriptor& descriptor, std::string_view name) {
  auto named = bare(descriptor);
  named.annotations[std::string(oci::annotation::kRefName)] = name;
  return named;
}

// Gives many names, each with one look at the entries and not one look for each name.
class NamePut {
 public:
  NamePut(std::vector<oci::Descriptor>& entries, Names::Displaced displaced)
      : entries_(entries), displaced_(displaced) {}

  void put(std::span<const NamedDescriptor> wanted) {
    for (const auto& entry : wanted) want(entry);
    replace_present();
    for (const auto& [name, descriptor] : names_) entries_.push_back(with_name(*descriptor, name));
    std::set<oci::Digest> present;
    for (const auto& entry : entries_) present.insert(entry.digest);
    for (auto& descriptor : nameless_) {
      if (present.insert(descriptor.digest).second) entries_.push_back(std::move(descriptor));
    }
  }

 private:
  void want(const NamedDescriptor& entry) {
    if (entry.name.empty()) {
      nameless_.push_back(bare(entry.descriptor));
      return;
    }
    named_.insert(entry.descriptor.digest);
    const auto [place, added] = names_.try_emplace(entry.name, &entry.descriptor);
    if (!added) displace(*std::exchange(place->second, &entry.descriptor));
  }

  // What is in the entries already gets its new meaning in its place, and is wanted no more.
  void replace_present() {
    std::erase_if(entries_, [&](oci::Descriptor& entry) {
      const auto name = oci::layout::find_ref_name(entry);
      if (!name) return named_.contains(entry.digest);
      const auto wanted = names_.find(*name);
      if (wanted == names_.end()) return false;
      displace(entry);
      entry = with_name(*wanted->second, *name);
      names_.erase(wanted);
      return false;
    });
  }

  void displace(const oci::Descriptor& descriptor) {
    if (displaced_ == Names::Displaced::keep_unnamed) nameless_.push_back(bare(descriptor));
  }

  std::vector<oci::Descriptor>& entries_;
  Names::Displaced displaced_;
  std::map<std::string, const oci::Descriptor*, std::less<>> names_;
  std::set<oci::Digest> named_;
  std::vector<oci::Descriptor> nameless_;
};

// Gives the name to `descriptor`; what it stood for before.
std::optional<oci::Descriptor> put_name(std::vector<oci::Descriptor>& entries, std::string_view name,
                                        const oci::Descriptor& descriptor, Names::Displaced displaced) {
  auto named = with_name(descriptor, name);
  std::optional<oci::Descriptor> before;
  if (const auto entry = find_entry(entries, name); entry != entries.end()) {
    before = without_name(std::exchange(*entry, std::move(named)));
  } else {
    entries.push_back(std::move(named));
  }
  erase_unnamed(entries, descriptor.digest);
  if (before && displaced == Names::Displaced::keep_unnamed && !has_digest(entries, before->digest)) {
    entries.push_back(bare(*before));
  }
  return before;
}

}  // namespace

Result<std::vector<NamedDescriptor>> Names::list_entries() const {
  auto index = TRY(load_index(*store_));
  auto entries = to_entries(std::move(index.manifests));
  // By digest too, for those without a name (stable_sort uses what clang calls deprecated).
  std::ranges::sort(entries, {}, [](const NamedDescriptor& entry) {
    return std::tie(entry.name, entry.descriptor.digest);
  });
  return entries;
}

Result<std::vector<NamedDescriptor>> Names::list() const {
  auto entries = TRY(list_entries());
  std::erase_if(entries, [](const auto& entry) { return entry.name.empty(); });
  return entries;
}

Result<std::optional<NamedDescriptor>> Names::find(std::string_view name) const {
  auto index = TRY(load_index(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  return NamedDescriptor{.name = std::string(name), .descriptor = without_name(std::move(*entry))};
}

Result<std::optional<oci::Descriptor>> Names::set(std::string_view name, const oci::Descriptor& descriptor,
                                                  Displaced displaced) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  auto before = put_name(index.manifests, name, descriptor, displaced);
  TRY_CTX(save_index(*store_, index, Reserve::keep), "naming '{}'", name);
  return before;
}

Result<> Names::set_all(std::span<const NamedDescriptor> entries, Displaced displaced) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  NamePut(index.manifests, displaced).put(entries);
  TRY_CTX(save_index(*store_, index, Reserve::keep), "giving {} names", entries.size());
  return {};
}

Result<bool> Names::set_if(std::string_view name, const oci::Descriptor& descriptor,
                           const Condition& condition, Displaced displaced) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  if (!condition(to_entries(index.manifests))) return false;
  put_name(index.manifests, name, descriptor, displaced);
  TRY_CTX(save_index(*store_, index, Reserve::keep), "naming '{}'", name);
  return true;
}

Result<> Names::add_unnamed(const oci::Descriptor& descriptor) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  if (has_digest(index.manifests, descriptor.digest)) return {};
  index.manifests.push_back(bare(descriptor));
  TRY_CTX(save_index(*store_, index, Reserve::keep), "keeping '{}'", descriptor.digest.to_string());
  return {};
}

Result<std::optional<oci::Descriptor>> Names::remove(std::string_view name) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  std::optional<oci::Descriptor> before = without_name(std::move(*entry));
  index.manifests.erase(entry);
  TRY_CTX(save_index(*store_, index, Reserve::use), "removing the name '{}'", name);
  return before;
}

Result<std::vector<NamedDescriptor>> Names::remove_entries(std::span<const NamedDescriptor> entries) const {
  std::set<std::pair<std::string, oci::Digest>> unwanted;
  for (const auto& entry : entries) unwanted.emplace(entry.name, entry.descriptor.digest);
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load_index(*store_));
  std::vector<NamedDescriptor> removed;
  std::erase_if(index.manifests, [&](oci::Descriptor& entry) {
    auto name = oci::layout::find_ref_name(entry).value_or("");
    if (!unwanted.contains({name, entry.digest})) return false;
    removed.push_back({.name = std::move(name), .descriptor = without_name(std::move(entry))});
    return true;
  });
  if (removed.empty()) return removed;
  TRY_CTX(save_index(*store_, index, Reserve::use), "removing {} names", removed.size());
  return removed;
}

}  // namespace corten::content
