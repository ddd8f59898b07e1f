#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/stream.hpp"
#include "codec/hasher.hpp"

namespace corten::codec {

using Sha256Bytes = std::array<std::uint8_t, 32>;

/// Hasher for the one algorithm nearly everything uses, with the plain array as its value.
class Sha256 {
 public:
  void update(Bytes bytes) { hasher_.update(bytes); }
  /// The hash of everything since the last finish(); begins anew.
  Sha256Bytes finish();

 private:
  Hasher hasher_{HashAlgorithm::sha256};
};

Sha256Bytes sha256(Bytes bytes);
/// 64 lower-case hexadecimal digits.
std::string sha256_hex(Bytes bytes);

}  // namespace corten::codec
