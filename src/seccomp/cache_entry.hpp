#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"

namespace corten::seccomp {

/// What a file of the cache of filters holds.
struct CacheEntry {
  /// The path of the libseccomp that compiled it, and what its file looked like then: a hit must not load the
  /// library to learn whether it has been replaced.
  std::string library;
  std::string library_identity;
  std::vector<std::uint8_t> program;

  bool operator==(const CacheEntry&) const = default;
};

/// The form of the file: 8 bytes of magic; sha256 of what follows; then each of the three parts after its
/// length (32 bits, little-endian).
std::string encode(const CacheEntry& entry);

/// Nothing unless every byte is as it was written.
std::optional<CacheEntry> decode(Bytes bytes);

}  // namespace corten::seccomp
