#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/store.hpp"
#include "oci/descriptor.hpp"

namespace corten::content {

/// A name and what it stands for.
struct NamedDescriptor {
  std::string name;  ///< "docker.io/library/ubuntu:latest"
  oci::Descriptor descriptor;
};

/// The names in the store's index.json, as the annotation org.opencontainers.image.ref.name. The file is the
/// truth about names: it is small, replaced atomically, and other tools read it. Entries without a name,
/// which another tool may have written, are kept. Writers of many processes take turns.
class Names {
 public:
  explicit Names(const Store& store) : store_(&store) {}

  /// Sorted by name.
  Result<std::vector<NamedDescriptor>> list() const;
  Result<std::optional<NamedDescriptor>> find(std::string_view name) const;

  /// Gives the name to `descriptor`; what it stood for before, if anything. On disk when it returns.
  Result<std::optional<oci::Descriptor>> set(std::string_view name, const oci::Descriptor& descriptor) const;

  /// What the name stood for; nothing if it was unknown.
  Result<std::optional<oci::Descriptor>> remove(std::string_view name) const;

 private:
  const Store* store_;
};

}  // namespace corten::content
