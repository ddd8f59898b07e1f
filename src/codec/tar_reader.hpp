#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/stream.hpp"
#include "codec/tar_entry.hpp"

namespace corten::codec {

/// Where an entry stands in its archive, in bytes from the start.
struct TarPosition {
  std::uint64_t header = 0;       ///< The first block that belongs to it, extension headers included.
  std::uint64_t body = 0;         ///< The first byte of the stored body.
  std::uint64_t stored_size = 0;  ///< Bytes of body in the archive, without padding.
};

/// Reads a tar archive entry by entry, in one pass, in bounded memory.
///
///   TarReader reader(source);
///   while (auto entry = TRY(reader.next())) { ... TRY(copy_stream(reader.content(), out)); }
///
/// Understands v7, ustar, star's prefix, GNU (long names, base-256 numbers, old sparse files) and pax
/// (extended and global headers, GNU.sparse 0.0, 0.1 and 1.0). A regular file whose name ends in '/' is a
/// directory, as every tar reads it. Volume labels are skipped; multi-volume archives and unknown types are
/// `unsupported`.
///
/// The archive ends at two zero blocks, at one zero block where the stream ends too, or where the stream ends
/// at a block boundary; the padding behind the very last body may be missing. Anything else is `data_loss`:
/// notably a zero block followed by more, which GNU tar and bsdtar take for the end (and so lose what
/// follows) and Go's archive/tar refuses.
///
/// Every error says the byte offset and the entry: "tar: at byte 10240, entry 'usr/x': ...". After an error
/// further calls repeat it. Names are not sanitised (see tar_name.hpp). The source must outlive the reader.
/// Not thread-safe.
class TarReader {
 public:
  explicit TarReader(Source& source, const TarLimits& limits = {});
  /// Does not read the bodies that the caller does not: for listing a file.
  explicit TarReader(SkippableSource& source, const TarLimits& limits = {});
  TarReader(TarReader&&) noexcept;
  TarReader& operator=(TarReader&&) noexcept;
  ~TarReader();

  /// The next entry, or nothing at the end. What was not read of the body before is skipped.
  Result<std::optional<TarEntry>> next();

  /// The stored body of the current entry: of a sparse file its segments, one after the other.
  Source& body();

  /// The content of the current entry: the body, with zeros in the holes of a sparse file. A tiny archive may
  /// claim a hole of 2^63 bytes: cap what is read. Use body() or content() for one entry, not both.
  Source& content();

  /// Some of the stored body without copying it, at most 128 KiB; empty at its end. Valid until the next call
  /// on this reader or its streams.
  Result<Bytes> take_body_chunk();

  TarPosition position() const;

  /// Records of global pax headers so far that no field of TarEntry covers, such as git's "comment". Those
  /// that a field covers are applied to the entries.
  const TarRecords& global_records() const;

  /// Reads the source to its end, after next() has returned nothing; how many bytes followed the end of the
  /// archive (tar pads to records of 10 KiB). For a digest of the whole stream below.
  Result<std::uint64_t> drain();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corten::codec
