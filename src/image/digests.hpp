#pragma once

#include "codec/hasher.hpp"
#include "oci/digest.hpp"

namespace corten::image {

/// A digest as codec's checks want it.
inline codec::HashValue hash_of(const oci::Digest& digest) {
  const auto algorithm = digest.algorithm() == oci::DigestAlgorithm::sha256 ? codec::HashAlgorithm::sha256
                                                                            : codec::HashAlgorithm::sha512;
  return {algorithm, digest.bytes()};
}

}  // namespace corten::image
