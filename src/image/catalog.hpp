#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "image/image_store.hpp"
#include "oci/descriptor.hpp"
#include "oci/image_config.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

namespace corten::image {

/// What can be said of an image without reading its config again: remembered in the database by manifest
/// digest, which never changes its meaning.
struct ImageSummary {
  oci::Descriptor manifest;  ///< Of one platform, never an index.
  oci::Digest id;            ///< The digest of the config: Docker's IMAGE ID.
  oci::Platform platform;
  std::optional<Timestamp> created;
  /// Of the unpacked layers; of the layer blobs while they are not unpacked.
  std::uint64_t size_bytes = 0;
  std::map<std::string, std::string> labels;
  std::vector<oci::Digest> chain_ids;  ///< Of its layers, the lowest first.
};

/// An image of this store and all its names.
struct ImageRecord {
  ImageSummary summary;
  std::vector<oci::Reference> tags{};     ///< "docker.io/library/ubuntu:latest", sorted.
  std::vector<oci::Reference> digests{};  ///< "docker.io/library/ubuntu@sha256:...": what it was pulled or
                                          ///< pushed as, sorted.

  /// Without a tag: what `prune` removes.
  bool is_dangling() const { return tags.empty(); }
};

/// Whether `labels` and `chain_ids` of summaries are read: few commands ask for them, and an image may have
/// a hundred thousand labels.
enum class Details : std::uint8_t {
  left_out,  ///< They may be empty though the image has some.
  included,
};

/// All images that names or unnamed entries of index.json stand for, newest first, then by id. A name that
/// stands for an index gives each image of it that is here. Damaged images are passed over and told in
/// `problems`; those that others remove meanwhile are passed over.
struct Catalog {
  std::vector<ImageRecord> images;
  std::vector<std::string> problems;
};
Result<Catalog> list_images(ImageStore& store, Details details = Details::included);

/// What the user means by `text`: a name (with implied :latest), name@digest, a whole id or a unique prefix
/// of one (Docker's order: names first), or a manifest's digest. `platform` chooses in an index; absent: this
/// machine's. not_found with near names as a hint, invalid_argument when a prefix is ambiguous.
struct FoundImage {
  ImageRecord image;
  /// The name that `text` was taken as; nothing when it was an id.
  std::optional<oci::Reference> name;
};
Result<FoundImage> find_image(ImageStore& store, std::string_view text,
                              const std::optional<oci::Platform>& platform = std::nullopt);

/// The documents of an image, digests checked.
struct ImageDocuments {
  oci::Received<oci::Manifest> manifest;
  oci::Received<oci::ImageConfig> config;
};
Result<ImageDocuments> read_documents(const content::Store& store, const oci::Descriptor& manifest);

/// As above; nothing for an image that was removed meanwhile, or is lost.
Result<std::optional<ImageDocuments>> find_documents(const content::Store& store,
                                                     const oci::Descriptor& manifest);

enum class Remembered : std::uint8_t {
  trust,  ///< Take what was remembered.
  renew,  ///< Read again: after layers were unpacked, which changes the size.
};

/// The summary of a manifest that is in the store with its config; remembered for the next time, if the store
/// can be written. unsupported for an artifact, whose config is no image's.
Result<ImageSummary> summarize(ImageStore& store, const oci::Descriptor& manifest,
                               Remembered remembered = Remembered::trust);

/// As above, from the documents alone: nothing remembered is used or changed.
Result<ImageSummary> read_summary(ImageStore& store, const oci::Descriptor& manifest);

/// The chain ids of a config's layers, the lowest first.
std::vector<oci::Digest> chain_ids_of(const oci::ImageConfig& config);

/// The platform of this machine, found out once per process.
const oci::Platform& this_platform();

}  // namespace corten::image
