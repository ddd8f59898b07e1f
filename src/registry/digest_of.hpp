#pragma once

#include <string_view>

#include "oci/digest.hpp"

namespace corten::registry {

/// The digest of some bytes.
oci::Digest digest_of(std::string_view bytes, oci::DigestAlgorithm algorithm = oci::DigestAlgorithm::sha256);

}  // namespace corten::registry
