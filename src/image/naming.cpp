#include "image/naming.hpp"

#include <algorithm>
#include <utility>

namespace corten::image {

Result<std::optional<oci::Descriptor>> set_name(ImageStore& store, const oci::Reference& reference,
                                                const oci::Descriptor& target) {
  return store.names().set(reference.canonical(), target, content::Names::Displaced::keep_unnamed);
}

content::Names::Condition has_entry(const oci::Digest& digest) {
  return [digest](std::span<const content::NamedDescriptor> entries) {
    return std::ranges::any_of(entries, [&](const auto& entry) { return entry.descriptor.digest == digest; });
  };
}

content::Names::Condition stands_for(std::string name, const oci::Digest& digest) {
  return [name = std::move(name), digest](std::span<const content::NamedDescriptor> entries) {
    return std::ranges::any_of(
        entries, [&](const auto& entry) { return entry.name == name && entry.descriptor.digest == digest; });
  };
}

Result<bool> set_name_if(ImageStore& store, const oci::Reference& reference, const oci::Descriptor& target,
                         const content::Names::Condition& condition) {
  return store.names().set_if(reference.canonical(), target, condition,
                              content::Names::Displaced::keep_unnamed);
}

}  // namespace corten::image
