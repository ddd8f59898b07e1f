#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/stream.hpp"

namespace corten::codec {

/// The algorithms that OCI registers for digests (image-spec descriptor.md: Registered Algorithms).
enum class HashAlgorithm : std::uint8_t { sha256, sha512 };

/// "sha256": the part of a digest before the colon.
std::string_view to_string(HashAlgorithm algorithm);
std::size_t hash_size_bytes(HashAlgorithm algorithm);

/// The hash of some bytes and the algorithm that made it.
class HashValue {
 public:
  static constexpr std::size_t kMaxBytes = 64;

  /// `bytes` is exactly as long as `algorithm` says.
  HashValue(HashAlgorithm algorithm, Bytes bytes);
  /// From lower-case hexadecimal digits, as a digest writes them.
  static Result<HashValue> parse_hex(HashAlgorithm algorithm, std::string_view hex);

  HashAlgorithm algorithm() const { return algorithm_; }
  Bytes bytes() const { return Bytes(bytes_).first(hash_size_bytes(algorithm_)); }
  std::string hex() const;

  bool operator==(const HashValue&) const = default;

 private:
  HashAlgorithm algorithm_;
  std::array<std::uint8_t, kMaxBytes> bytes_{};
};

/// "sha256:ba78…", the text form of a digest.
std::string to_string(const HashValue& hash);

/// Hashes bytes as they come, with OpenSSL's code, which uses the processor's SHA instructions. Allocates
/// only when constructed.
class Hasher {
 public:
  explicit Hasher(HashAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;
  ~Hasher();

  HashAlgorithm algorithm() const { return algorithm_; }
  void update(Bytes bytes);
  /// The hash of everything since the last finish(); begins anew.
  HashValue finish();

 private:
  struct Context;
  HashAlgorithm algorithm_;
  std::unique_ptr<Context> context_;
};

}  // namespace corten::codec
