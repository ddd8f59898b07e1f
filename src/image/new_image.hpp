#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "content/lease.hpp"
#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/image_config.hpp"
#include "oci/reference.hpp"
#include "snapshot/snapshotter.hpp"

namespace corten::image {

/// A layer of an image that is being made.
struct NewLayer {
  oci::Descriptor blob;
  oci::Digest diff_id;
};

/// Takes the lowest layer of a new image from a stream: in one pass its bytes become a blob, as they come,
/// and a snapshot of what they hold, decompressed if they are gzip or zstd.
///
///   auto intake = TRY(LayerIntake::read(store, tar));
///   const auto layer = TRY(std::move(intake).commit(lease));
///
/// Dropped before commit, nothing remains.
class LayerIntake {
 public:
  /// Reads `tar` to its end. unsupported for other compressions, data_loss for what is no tar,
  /// invalid_argument for no bytes at all.
  static Result<LayerIntake> read(ImageStore& store, Source& tar);

  LayerIntake(LayerIntake&&) noexcept;
  LayerIntake& operator=(LayerIntake&&) noexcept;
  ~LayerIntake();

  std::uint64_t size_bytes() const;

  /// Publishes blob and snapshot, held by `lease`.
  Result<NewLayer> commit(content::Lease& lease) &&;

 private:
  struct State;
  explicit LayerIntake(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct NewImage {
  oci::Descriptor manifest;
  oci::Digest id;
};

/// Stores config and manifest of an image whose layers are there; `config.rootfs` is filled from `layers`.
Result<NewImage> store_image(const ImageStore& store, content::Lease& lease, oci::ImageConfig config,
                             const std::vector<NewLayer>& layers,
                             const std::map<std::string, std::string>& annotations = {});

/// Publishes a small blob and holds it.
Result<oci::Digest> put_leased(const ImageStore& store, content::Lease& lease, std::string_view bytes);

/// Gives an image its name, or makes it one without.
Result<> name_image(ImageStore& store, const std::optional<oci::Reference>& name,
                    const oci::Descriptor& manifest);

/// The platform that images made here are for. Of amd64 always the first level, since nobody knows what the
/// programs in a tar were compiled for.
oci::Platform platform_of_new_images();

}  // namespace corten::image
