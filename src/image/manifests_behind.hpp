#pragma once

#include <set>
#include <vector>

#include "content/store.hpp"
#include "oci/descriptor.hpp"

namespace corten::image {

/// How many indexes may lie in each other: as deep as pull goes. What lies deeper is no image of the store.
inline constexpr int kMaxIndexDepth = 3;

bool is_index(const oci::Descriptor& descriptor);

/// The manifests that a name stands for: the target itself, or those of an index, and of the indexes in it,
/// in their order and each once. Of an index only what is in the store; attestations are no images. An entry
/// without a platform has that of the index around it. Fails when an index cannot be read.
Result<std::vector<oci::Descriptor>> manifests_behind(const content::Store& store,
                                                      const oci::Descriptor& target);

/// The digests of those alone; none of an index that cannot be read.
std::set<oci::Digest> digests_behind(const content::Store& store, const oci::Descriptor& target);

}  // namespace corten::image
