#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "content/lease.hpp"
#include "image/fetch_dropped.hpp"
#include "image/image_store.hpp"
#include "oci/platform.hpp"
#include "sys/fd.hpp"

namespace corten::image {

enum class ArchiveFormat : std::uint8_t {
  /// An OCI layout in a tar that also has Docker's manifest.json, as Docker 25 and later write it: docker,
  /// podman, skopeo and containerd read it.
  docker_archive,
  oci_archive,  ///< An OCI layout in a tar.
  oci_dir,      ///< An OCI layout as a directory.
};

/// "docker-archive", "oci-archive" or "oci-dir".
Result<ArchiveFormat> parse_archive_format(std::string_view text);

struct SaveOptions {
  ArchiveFormat format = ArchiveFormat::docker_archive;
  std::optional<oci::Platform> platform = {};
  /// So many more bytes of blobs were written, of `total`.
  std::function<void(std::uint64_t bytes, std::uint64_t total)> on_bytes = {};
  /// How to get back blobs that `prune --blobs` dropped; without it they are missing.
  OpenRepository open = {};
  /// Told which blob is fetched from where, in words.
  std::function<void(const std::string&)> on_fetch = {};
  /// Looked at between pieces of blobs; a reader of the archive that stalls is waited for.
  std::stop_token stop = {};
};

/// What will be written, found before the first byte is: the blobs, all of them there and held by `lease`,
/// and the documents that name them. The same images give the same bytes, in whatever order they are named.
struct SavePlan {
  struct Blob {
    oci::Digest digest;
    std::uint64_t size_bytes;
  };
  std::vector<Blob> blobs;        ///< Sorted, each once.
  std::string index;              ///< index.json
  std::string docker_manifest;    ///< manifest.json; empty for OCI formats.
  std::uint64_t total_bytes = 0;  ///< Of the blobs.
};

/// `images` are names, ids or digests; one by name keeps that name in the archive, a repository's name
/// without tag all tags of it, as in Docker. Layers that were dropped are fetched from where they came, and
/// stay. not_found for an image that is not here; failed_precondition for one with a blob that is nowhere
/// else either, and the errors of the registry for one that cannot be fetched.
Result<SavePlan> plan_save(ImageStore& store, content::Lease& lease, const std::vector<std::string>& images,
                           const SaveOptions& options);

/// Writes the plan as a tar. Blobs go through in pieces and are compared with their digests: data_loss before
/// the archive is complete if the store is damaged.
Result<> write_archive(const content::Store& store, const SavePlan& plan, const SaveOptions& options,
                       Sink& out);

/// Writes the plan into an empty directory.
Result<> write_layout(const content::Store& store, const SavePlan& plan, const SaveOptions& options,
                      sys::BorrowedFd directory);

}  // namespace corten::image
