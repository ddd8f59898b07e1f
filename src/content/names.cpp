#include "content/names.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "content/layout.hpp"
#include "oci/annotations.hpp"
#include "oci/image_layout.hpp"
#include "oci/index.hpp"
#include "sys/atomic_write.hpp"
#include "sys/file.hpp"
#include "sys/lock.hpp"

namespace corten::content {
namespace {

Result<oci::Index> load(const Store& store) {
  const std::string file(oci::layout::kIndexFile);
  const auto bytes = TRY(sys::read_file(store.directory(), file, oci::layout::kMaxIndexBytes));
  return TRY_CTX(oci::layout::parse_index(bytes), "reading the names of the store");
}

Result<> save(const Store& store, const oci::Index& index) {
  const std::string file(oci::layout::kIndexFile);
  const auto text = to_json_text(oci::to_json(index));
  // What could not be read again would be the end of all names.
  if (text.size() > oci::layout::kMaxIndexBytes || index.manifests.size() > oci::layout::kMaxIndexEntries) {
    return with_hint(fail(Errc::failed_precondition, "the store has {} names, in {} bytes: no more fit",
                          index.manifests.size(), text.size()),
                     "remove names that are not needed");
  }
  return sys::write_file_atomically(store.directory(), file, as_bytes(text), 0644,
                                    sys::Durability::content_and_name);
}

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

Result<sys::FileLock> lock_index(const Store& store) {
  return sys::FileLock::acquire(store.directory(), kIndexLockFile, sys::LockMode::exclusive);
}

}  // namespace

Result<std::vector<NamedDescriptor>> Names::list_entries() const {
  auto index = TRY(load(*store_));
  std::vector<NamedDescriptor> entries;
  entries.reserve(index.manifests.size());
  for (auto& entry : index.manifests) {
    auto name = oci::layout::find_ref_name(entry).value_or("");
    entries.push_back({.name = std::move(name), .descriptor = without_name(std::move(entry))});
  }
  std::ranges::stable_sort(entries, {}, &NamedDescriptor::name);
  return entries;
}

Result<std::vector<NamedDescriptor>> Names::list() const {
  auto entries = TRY(list_entries());
  std::erase_if(entries, [](const auto& entry) { return entry.name.empty(); });
  return entries;
}

Result<std::optional<NamedDescriptor>> Names::find(std::string_view name) const {
  auto index = TRY(load(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  return NamedDescriptor{.name = std::string(name), .descriptor = without_name(std::move(*entry))};
}

Result<std::optional<oci::Descriptor>> Names::set(std::string_view name, const oci::Descriptor& descriptor,
                                                  Displaced displaced) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load(*store_));
  auto& entries = index.manifests;
  auto named = bare(descriptor);
  named.annotations[std::string(oci::annotation::kRefName)] = name;
  std::optional<oci::Descriptor> before;
  if (const auto entry = find_entry(entries, name); entry != entries.end()) {
    before = without_name(std::exchange(*entry, std::move(named)));
  } else {
    entries.push_back(std::move(named));
  }
  erase_unnamed(entries, descriptor.digest);
  if (before && displaced == Displaced::keep_unnamed && !has_digest(entries, before->digest)) {
    entries.push_back(bare(*before));
  }
  TRY_CTX(save(*store_, index), "naming '{}'", name);
  return before;
}

Result<> Names::add_unnamed(const oci::Descriptor& descriptor) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load(*store_));
  if (has_digest(index.manifests, descriptor.digest)) return {};
  index.manifests.push_back(bare(descriptor));
  TRY_CTX(save(*store_, index), "keeping '{}'", descriptor.digest.to_string());
  return {};
}

Result<std::optional<oci::Descriptor>> Names::remove(std::string_view name) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  std::optional<oci::Descriptor> before = without_name(std::move(*entry));
  index.manifests.erase(entry);
  TRY_CTX(save(*store_, index), "removing the name '{}'", name);
  return before;
}

Result<std::vector<NamedDescriptor>> Names::remove_all(const oci::Digest& digest) const {
  const auto lock = TRY(lock_index(*store_));
  auto index = TRY(load(*store_));
  std::vector<NamedDescriptor> removed;
  for (const auto& entry : index.manifests) {
    if (entry.digest != digest) continue;
    removed.push_back(
        {.name = oci::layout::find_ref_name(entry).value_or(""), .descriptor = without_name(entry)});
  }
  if (removed.empty()) return removed;
  std::erase_if(index.manifests, [&](const auto& entry) { return entry.digest == digest; });
  TRY_CTX(save(*store_, index), "removing the names of '{}'", digest.to_string());
  return removed;
}

}  // namespace corten::content
