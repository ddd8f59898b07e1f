#include "registry/digest_of.hpp"

#include "codec/hasher.hpp"

namespace corten::registry {

oci::Digest digest_of(std::string_view bytes, oci::DigestAlgorithm algorithm) {
  const bool is_sha256 = algorithm == oci::DigestAlgorithm::sha256;
  codec::Hasher hasher(is_sha256 ? codec::HashAlgorithm::sha256 : codec::HashAlgorithm::sha512);
  hasher.update(as_bytes(bytes));
  const auto hash = hasher.finish();
  return is_sha256 ? oci::Digest::from_sha256(hash.bytes().first<32>())
                   : oci::Digest::from_sha512(hash.bytes().first<64>());
}

}  // namespace corten::registry
