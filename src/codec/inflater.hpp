#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/stream.hpp"

namespace corten::codec {

/// Which library does the work; results are the same, speed is not.
enum class InflateEngine : std::uint8_t {
  isal,  ///< ISA-L's igzip: two to three times as fast.
  zlib,  ///< The reference; also checks that the code descriptions of a block waste no code.
};

/// Raw deflate (RFC 1951) to bytes, one member at a time, with the checksum of gzip. An adapter around one
/// library: framing, caps and messages are the caller's.
class Inflater {
 public:
  enum class Status : std::uint8_t { more, ended, damaged };
  struct Step {
    Status status = Status::more;
    /// Negative when the library had taken whole bytes past the end of the member, at most 7, in an earlier
    /// call.
    std::ptrdiff_t consumed = 0;
    std::size_t produced = 0;
    /// What is wrong, for `damaged`: text that lives forever.
    std::string_view problem{};
  };

  virtual ~Inflater() = default;

  /// Begins a new member.
  virtual void reset() = 0;
  /// Goes on until `in` is used up, `out` is full, the member ends, or it proves to be damaged.
  virtual Step inflate(Bytes in, MutableBytes out) = 0;
  /// The CRC-32 of what `crc` covers followed by `bytes`.
  virtual std::uint32_t crc32(std::uint32_t crc, Bytes bytes) const = 0;
};

std::unique_ptr<Inflater> create_inflater(InflateEngine engine);
std::unique_ptr<Inflater> create_isal_inflater();
std::unique_ptr<Inflater> create_zlib_inflater();

}  // namespace corten::codec
