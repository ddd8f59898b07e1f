#pragma once

#include <cstdint>
#include <memory>

#include "base/stream.hpp"
#include "codec/tar_entry.hpp"

namespace corten::codec {

enum class TarOwnerNames : std::uint8_t { drop, keep };
enum class TarAccessTimes : std::uint8_t { drop, keep };  ///< atime and ctime
enum class TarMtime : std::uint8_t { seconds, nanoseconds };
enum class TarSparseForm : std::uint8_t {
  expanded,  ///< As a regular file, the holes as zeros: every program reads it.
  /// As GNU.sparse 1.0 in pax: GNU tar, libarchive and Go read it. Every segment but the last must be whole
  /// blocks of 512 bytes, as those of file systems are.
  gnu_1_0,
};

/// The defaults are the form of image layers: numeric owners, whole seconds, nothing that differs between two
/// builds of the same files.
struct TarWriterOptions {
  TarOwnerNames owner_names = TarOwnerNames::drop;
  TarAccessTimes access_times = TarAccessTimes::drop;
  TarMtime mtime = TarMtime::seconds;  ///< `seconds` cuts the fraction (towards the past).
  TarSparseForm sparse = TarSparseForm::expanded;
};

/// Writes a tar archive. Canonical: the same entries in the same order give the same bytes, always and
/// everywhere. What a header holds follows from the entry alone:
///
/// - a ustar header if everything fits it. A name longer than 100 bytes is split at the last '/' that leaves
///   at most 155 bytes before it;
/// - else before it a pax header named "PaxHeaders.0/NAME", cut to 100 bytes, with only the records that are
///   needed, in byte order of their keys: `path`, `linkpath`, `size`, `uid`, `gid`, `uname`, `gname`, `mtime`
///   (negative, fractional or beyond 2242), `atime`, `ctime`, `SCHILY.devmajor`, `SCHILY.devminor`,
///   `SCHILY.xattr.NAME` (a NAME with '=' as `LIBARCHIVE.xattr.NAME`), `GNU.sparse.*`, the entry's own
///   `pax_records`, and `hdrcharset=BINARY` if one of the names is not UTF-8;
/// - a directory's name ends in '/': the writer adds it.
///
/// finish() writes two zero blocks and no padding to 10 KiB. Reading the archive gives the same entries, and
/// writing those the same bytes.
///
/// Errors say the entry: "tar: entry 'usr/x': ...". An entry that cannot be written (invalid_argument) leaves
/// the archive as it was; after any other error the archive is lost. The sink must outlive the writer. Not
/// thread-safe.
class TarWriter {
 public:
  explicit TarWriter(Sink& sink, const TarWriterOptions& options = {});
  TarWriter(TarWriter&&) noexcept;
  TarWriter& operator=(TarWriter&&) noexcept;
  ~TarWriter();

  /// An entry without a body, or whose body is empty.
  Result<> add(const TarEntry& entry);

  /// An entry with all of `body`, which must hold exactly stored_size(entry) bytes: of a sparse file its
  /// segments one after the other, as TarReader::body() gives them.
  Result<> add(const TarEntry& entry, Source& body);

  /// The same in pieces: begin(), any number of write(), end(). Each body must come to its stored_size().
  Result<> begin(const TarEntry& entry);
  Result<> write(Bytes bytes);
  Result<> end();

  /// The end marker, and what is still buffered, to the sink, which the caller then finishes. Without this
  /// the archive is incomplete.
  Result<> finish();

  /// Bytes of archive so far, those still buffered included.
  std::uint64_t offset() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corten::codec
