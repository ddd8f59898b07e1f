#include "codec/sha256.hpp"

#include <algorithm>

#include "base/strings.hpp"

namespace corten::codec {

Sha256Bytes Sha256::finish() {
  const auto hash = hasher_.finish();
  Sha256Bytes bytes;
  std::ranges::copy(hash.bytes(), bytes.begin());
  return bytes;
}

Sha256Bytes sha256(Bytes bytes) {
  Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

std::string sha256_hex(Bytes bytes) { return to_hex(sha256(bytes)); }

}  // namespace corten::codec
