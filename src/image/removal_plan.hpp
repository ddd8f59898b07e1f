#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "content/names.hpp"
#include "image/catalog.hpp"

namespace corten::image {

enum class Force : std::uint8_t { no, yes };

/// What removing one image takes: entries of index.json, and the images that nothing names then.
struct PlannedRemoval {
  std::vector<content::NamedDescriptor> entries = {};  ///< In the order in which they are told.
  std::vector<ImageRecord> images = {};
};

/// Decides what `rmi` removes, without removing anything; what earlier calls took is gone for later ones. The
/// rules are Docker's (moby daemon/images/image_delete.go):
///
///   - by name: that name; with the last tag of its repository also what it was pulled as (name@digest)
///   - by id: all its names, if they are one tag and digests of one repository; else only with force
///   - an image goes with its last name
class RemovalPlan {
 public:
  /// An entry and the images that it keeps: several for an index.
  struct Entry {
    content::NamedDescriptor named;
    std::optional<oci::Reference> name;  ///< Nothing without a name, and for one that we cannot read.
    std::set<oci::Digest> manifests;     ///< Of the catalog's images.
  };

  RemovalPlan(std::vector<Entry> entries, Catalog catalog)
      : entries_(std::move(entries)), catalog_(std::move(catalog)) {}

  /// not_found, failed_precondition for a conflict, invalid_argument as find_image().
  Result<PlannedRemoval> remove(std::string_view text, Force force);

  /// Every entry, named or not, whose images are all among these: for prune, which must not take an index
  /// for one of its images.
  PlannedRemoval remove_only(const std::set<oci::Digest>& manifests);

  const Catalog& catalog() const { return catalog_; }

 private:
  PlannedRemoval remove_name(const content::NamedDescriptor& named);
  Result<PlannedRemoval> remove_id(const std::set<oci::Digest>& manifests, const oci::Digest& id,
                                   Force force);
  PlannedRemoval take(const std::vector<bool>& chosen);

  std::vector<Entry> entries_;
  Catalog catalog_;
};

}  // namespace corten::image
