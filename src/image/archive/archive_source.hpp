#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/stream.hpp"
#include "content/lease.hpp"
#include "content/store.hpp"
#include "oci/digest.hpp"
#include "sys/fd.hpp"

namespace corten::image {

/// A member of an image archive whose bytes are in the store now, held by the lease.
struct ArchiveMember {
  oci::Digest digest;
  std::uint64_t size_bytes = 0;
};

/// An archive of images as the loader sees it: a tar of any order, or a directory. Names are keys that
/// normalize_member_name() gave; none ever becomes a path that could leave the archive.
class ArchiveSource {
 public:
  virtual ~ArchiveSource() = default;

  /// The text of manifest.json, index.json or oci-layout; nothing if there is no such member.
  virtual Result<std::optional<std::string>> find_document(std::string_view name) = 0;

  /// Brings a member into the store; nothing if there is no such member.
  virtual Result<std::optional<ArchiveMember>> find_member(std::string_view name) = 0;
};

/// Told how many more bytes of a member were taken.
using OnArchiveBytes = std::function<void(std::string_view member, std::uint64_t bytes)>;

/// What an image archive may hold besides the limits of its documents: the names are kept in memory.
inline constexpr std::uint64_t kMaxArchiveEntries = 100'000;
inline constexpr std::uint64_t kMaxMemberNameBytes = 1024;

/// Reads a tar to its end, plain or compressed by gzip or zstd. The blobs of unknown use that come on the way
/// go into the store at once, since a pipe cannot be read twice: those under the digest that their name
/// promises (data_loss if they are others), other tars and *.json members by what they hold. Members of other
/// names are passed over. Refuses names that lead out of the archive, sparse members and a name with
/// two contents.
Result<std::unique_ptr<ArchiveSource>> read_archive(const content::Store& store, content::Lease& lease,
                                                    Source& tar, const OnArchiveBytes& on_bytes = {});

/// A directory that holds the same names: an OCI image layout, or an unpacked archive. Members are taken when
/// asked for; symlinks in it must stay below it. `canceled` once stop is requested.
Result<std::unique_ptr<ArchiveSource>> open_archive_directory(const content::Store& store,
                                                              content::Lease& lease, sys::UniqueFd directory,
                                                              const OnArchiveBytes& on_bytes = {},
                                                              std::stop_token stop = {});

}  // namespace corten::image
