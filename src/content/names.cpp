#include "content/names.hpp"

#include <algorithm>

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

}  // namespace

Result<std::vector<NamedDescriptor>> Names::list() const {
  auto index = TRY(load(*store_));
  std::vector<NamedDescriptor> names;
  for (auto& entry : index.manifests) {
    if (auto name = oci::layout::find_ref_name(entry)) {
      names.push_back({.name = std::move(*name), .descriptor = without_name(std::move(entry))});
    }
  }
  std::ranges::sort(names, {}, &NamedDescriptor::name);
  return names;
}

Result<std::optional<NamedDescriptor>> Names::find(std::string_view name) const {
  auto index = TRY(load(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  return NamedDescriptor{.name = std::string(name), .descriptor = without_name(std::move(*entry))};
}

Result<std::optional<oci::Descriptor>> Names::set(std::string_view name,
                                                  const oci::Descriptor& descriptor) const {
  const auto lock =
      TRY(sys::FileLock::acquire(store_->directory(), kIndexLockFile, sys::LockMode::exclusive));
  auto index = TRY(load(*store_));
  // Only what says which blob it is: annotations and embedded data come from registries, at any size.
  oci::Descriptor named{.media_type = descriptor.media_type,
                        .digest = descriptor.digest,
                        .size_bytes = descriptor.size_bytes,
                        .annotations = {{std::string(oci::annotation::kRefName), std::string(name)}},
                        .platform = descriptor.platform,
                        .artifact_type = descriptor.artifact_type};
  std::optional<oci::Descriptor> before;
  if (const auto entry = find_entry(index.manifests, name); entry != index.manifests.end()) {
    before = without_name(std::move(*entry));
    *entry = std::move(named);
  } else {
    index.manifests.push_back(std::move(named));
  }
  TRY_CTX(save(*store_, index), "naming '{}'", name);
  return before;
}

Result<std::optional<oci::Descriptor>> Names::remove(std::string_view name) const {
  const auto lock =
      TRY(sys::FileLock::acquire(store_->directory(), kIndexLockFile, sys::LockMode::exclusive));
  auto index = TRY(load(*store_));
  const auto entry = find_entry(index.manifests, name);
  if (entry == index.manifests.end()) return std::nullopt;
  std::optional<oci::Descriptor> before = without_name(std::move(*entry));
  index.manifests.erase(entry);
  TRY_CTX(save(*store_, index), "removing the name '{}'", name);
  return before;
}

}  // namespace corten::content
