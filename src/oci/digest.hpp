#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::oci {

/// The algorithms that image-spec descriptor.md registers and that this engine can check.
enum class DigestAlgorithm : std::uint8_t { sha256, sha512 };

std::string_view to_string(DigestAlgorithm algorithm);

/// The name of a blob: an algorithm and the hash of the bytes. A Digest that exists is well-formed; whether
/// any bytes match it is for whoever reads them to find out. Ordered as its text is.
class Digest {
 public:
  /// The sha256 of no bytes at all, so that a default Descriptor (size 0) is a true one.
  Digest();

  /// "sha256:" and 64 lower-case hexadecimal digits, or "sha512:" and 128. Fails with unsupported for another
  /// well-formed algorithm name, with invalid_argument, the position and what was expected for the rest:
  /// a digest becomes a path, so nothing else may pass (CVE-2024-3727).
  static Result<Digest> parse(std::string_view text);
  static Digest from_sha256(std::span<const std::uint8_t, 32> hash);
  static Digest from_sha512(std::span<const std::uint8_t, 64> hash);

  DigestAlgorithm algorithm() const { return algorithm_; }
  /// The hash itself: 32 or 64 bytes, owned by this object.
  std::span<const std::uint8_t> bytes() const;
  std::string hex() const;
  /// "sha256:e3b0c442...": what documents and registries hold.
  std::string to_string() const;
  /// The first 12 hexadecimal digits, as tables show it.
  std::string short_hex() const;

  auto operator<=>(const Digest&) const = default;

 private:
  Digest(DigestAlgorithm algorithm, std::span<const std::uint8_t> hash);

  DigestAlgorithm algorithm_;
  std::array<std::uint8_t, 64> hash_{};  // a shorter hash leaves zeros behind it
};

}  // namespace corten::oci

template <>
struct std::hash<corten::oci::Digest> {
  std::size_t operator()(const corten::oci::Digest& digest) const noexcept;
};
