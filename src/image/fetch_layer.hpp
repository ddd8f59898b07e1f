#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "content/store.hpp"
#include "oci/descriptor.hpp"
#include "registry/repository.hpp"
#include "snapshot/snapshotter.hpp"

namespace corten::image {

/// A layer of an image that is not unpacked yet.
struct MissingLayer {
  oci::Descriptor blob;
  snapshot::LayerName name;
};

/// What the fetching of one layer works with, on the thread that does it.
struct LayerWorkshop {
  const content::Store& content;
  snapshot::Snapshotter& snapshots;
  registry::Repository& repository;
  std::stop_token stop = {};
};

/// How it goes, from the same thread.
struct LayerEvents {
  std::function<void(std::string_view phase)> on_phase = [](std::string_view) {};
  /// Bytes of the blob that were read so far.
  std::function<void(std::uint64_t)> on_bytes = [](std::uint64_t) {};
};

/// Brings a layer's blob into the store and unpacks it in the same pass: bytes from the socket go into the
/// ingest, through the decompressor and into the snapshot, with the digests of the blob and of the tar
/// checked. A blob that is there is only unpacked. What an earlier try left is gone on from; if that turns
/// out to be wrong, all of it is fetched once more.
///
/// While another process (or thread) brings the same blob, it waits. The writer, to be committed; nothing if
/// somebody else has unpacked the layer meanwhile. On errors of the way the ingest stays for the next try;
/// data_loss when the registry gave other bytes than the descriptor names, or the image's author other ones
/// than the config.
Result<std::unique_ptr<snapshot::LayerWriter>> fetch_layer(const LayerWorkshop& workshop,
                                                           const MissingLayer& layer,
                                                           const LayerEvents& events);

/// Only the blob, without unpacking it; nothing to do when it is there.
Result<> fetch_blob(const content::Store& content, registry::Repository& repository,
                    const oci::Descriptor& blob, const std::stop_token& stop, const LayerEvents& events);

/// The name of the ingest of a blob that comes from a registry: the same for all who want it.
std::string ingest_ref(const oci::Digest& digest);

}  // namespace corten::image
