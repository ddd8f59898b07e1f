#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/store.hpp"
#include "oci/descriptor.hpp"

namespace corten::content {

/// A name and what it stands for.
struct NamedDescriptor {
  std::string name;  ///< "docker.io/library/ubuntu:latest"; empty for an entry without a name.
  oci::Descriptor descriptor;
};

/// The names in the store's index.json, as the annotation org.opencontainers.image.ref.name. The file is the
/// truth about names: it is small, replaced atomically, and other tools read it. An entry without a name is
/// an image that nobody calls anything: made so, or its last name went to another. Writers of many processes
/// take turns.
class Names {
 public:
  /// What becomes of an entry that no other name stands for when its name goes to another one.
  enum class Displaced : std::uint8_t { forget, keep_unnamed };

  explicit Names(const Store& store) : store_(&store) {}

  /// Sorted by name.
  Result<std::vector<NamedDescriptor>> list() const;
  /// As list(), and the entries without a name before them.
  Result<std::vector<NamedDescriptor>> list_entries() const;
  Result<std::optional<NamedDescriptor>> find(std::string_view name) const;

  /// Gives the name to `descriptor`; what it stood for before, if anything. On disk when it returns.
  /// An unnamed entry of the same digest is that no more.
  Result<std::optional<oci::Descriptor>> set(std::string_view name, const oci::Descriptor& descriptor,
                                             Displaced displaced = Displaced::forget) const;

  /// Gives many names in one write: all of them or none. As set() for each in turn, so that the last one of
  /// a name counts; an entry whose name is empty is added as add_unnamed() does.
  Result<> set_all(std::span<const NamedDescriptor> entries, Displaced displaced = Displaced::forget) const;

  /// What must be true of the entries, those without a name among them.
  using Condition = std::function<bool(std::span<const NamedDescriptor>)>;
  /// As set(), if the condition is true then: nobody changes a name between the look and the write. False,
  /// and nothing is written, if it is not. For who looked a name up and worked for long: an entry that is
  /// still there has kept its blobs from gc all the while.
  Result<bool> set_if(std::string_view name, const oci::Descriptor& descriptor, const Condition& condition,
                      Displaced displaced = Displaced::forget) const;

  /// An entry without a name, unless the digest has an entry of either kind.
  Result<> add_unnamed(const oci::Descriptor& descriptor) const;

  /// What the name stood for; nothing if it was unknown.
  Result<std::optional<oci::Descriptor>> remove(std::string_view name) const;

  /// Removes these entries as they are: one whose name stands for something else by now stays. In one write;
  /// those that were removed.
  Result<std::vector<NamedDescriptor>> remove_entries(std::span<const NamedDescriptor> entries) const;

 private:
  const Store* store_;
};

}  // namespace corten::content
