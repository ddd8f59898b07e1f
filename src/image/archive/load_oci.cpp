#include <algorithm>
#include <utility>

#include "image/archive/archive_names.hpp"
#include "image/archive/unpack_image.hpp"
#include "image/catalog.hpp"
#include "oci/annotations.hpp"
#include "oci/document.hpp"
#include "oci/image_layout.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

// What an entry of index.json calls the image: a whole name where Docker, containerd and podman put one, a
// bare tag or nothing where umoci and skopeo do.
std::optional<std::string> whole_name(const oci::Descriptor& entry) {
  const auto name = entry.annotations.find(std::string(oci::annotation::kContainerdImageName));
  if (name != entry.annotations.end()) return name->second;
  auto ref = oci::layout::find_ref_name(entry);
  if (ref && ref->find_first_of(":/") != std::string::npos) return ref;
  return std::nullopt;
}

class LayoutLoader {
 public:
  LayoutLoader(ImageStore& store, content::Lease& lease, ArchiveSource& archive, const LoadOptions& options)
      : store_(store), lease_(lease), archive_(archive), options_(options) {}

  /// The image, and what its name shall stand for.
  struct Taken {
    NewImage image;
    oci::Descriptor target;
  };

  // Nothing when the entry is no image, or is for another platform than the one that was asked for.
  Result<std::optional<Taken>> take(const oci::Descriptor& entry) {
    const auto kind = oci::classify_media_type(entry.media_type).kind;
    if (kind == oci::BlobKind::index) return take_index(entry);
    if (kind != oci::BlobKind::manifest || oci::is_attestation(entry)) return std::nullopt;
    if (options_.platform && entry.platform && !oci::platform_matches(*entry.platform, *options_.platform)) {
      return std::nullopt;
    }
    const auto image = TRY(take_manifest(entry));
    if (!image) return std::nullopt;
    return Taken{.image = *image, .target = plain(image->manifest)};
  }

 private:
  // Of an index those images are offered that the archive has.
  Result<std::optional<Taken>> take_index(const oci::Descriptor& entry) {
    const auto document = TRY(take_document(entry));
    if (document.index() == nullptr) {
      return fail(Errc::invalid_argument, "'{}' is not the index that the archive calls it",
                  entry.digest.to_string());
    }
    std::vector<oci::Descriptor> present;
    for (const auto& child : document.index()->manifests) {
      const auto member = TRY(archive_.find_member(oci::layout::blob_path(child.digest)));
      if (member) present.push_back(child);
    }
    const auto platform = options_.platform ? *options_.platform : this_platform();
    const auto chosen = TRY_CTX(oci::best_match(present, platform), "index '{}'", entry.digest.to_string());
    const auto image = TRY(take_manifest(chosen));
    if (!image) return std::nullopt;
    // Asked for one platform, the name stands for that one; otherwise for the index, as after a pull.
    return Taken{.image = *image, .target = plain(options_.platform ? chosen : entry)};
  }

  Result<std::optional<NewImage>> take_manifest(const oci::Descriptor& entry) {
    const auto document = TRY(take_document(entry));
    const auto* const manifest = document.manifest();
    if (manifest == nullptr) {
      return fail(Errc::invalid_argument, "'{}' is not the manifest that the archive calls it",
                  entry.digest.to_string());
    }
    if (oci::classify_media_type(manifest->config.media_type).kind != oci::BlobKind::config) {
      return std::nullopt;  // an artifact
    }
    TRY(require_blob(manifest->config));
    const auto bytes = TRY(store_.content().read_blob(manifest->config.digest, oci::kMaxConfigBytes));
    const auto config =
        TRY_CTX(oci::parse_image_config(bytes), "config '{}'", manifest->config.digest.to_string());
    TRY_CTX(oci::validate_against_manifest(config, *manifest), "image '{}'", entry.digest.to_string());
    if (options_.platform && !oci::may_run_on(config.platform(), *options_.platform)) return std::nullopt;
    for (const auto& layer : manifest->layers) TRY(require_blob(layer));
    TRY(unpack_layers(store_, lease_, config, manifest->layers, options_));
    return NewImage{.manifest = entry, .id = manifest->config.digest};
  }

  Result<oci::Document> take_document(const oci::Descriptor& entry) {
    TRY(require_blob(entry));
    const auto bytes = TRY(store_.content().read_blob(entry.digest, oci::kMaxDocumentBytes));
    return oci::parse_document(bytes, entry.media_type, entry.digest.to_string());
  }

  Result<> require_blob(const oci::Descriptor& descriptor) {
    const auto member = TRY(archive_.find_member(oci::layout::blob_path(descriptor.digest)));
    if (!member) {
      return fail(Errc::invalid_argument, "blob '{}' is not in the archive", descriptor.digest.to_string());
    }
    if (member->size_bytes != static_cast<std::uint64_t>(descriptor.size_bytes)) {
      return fail(Errc::data_loss, "blob '{}' has {} bytes and should have {}", descriptor.digest.to_string(),
                  member->size_bytes, descriptor.size_bytes);
    }
    return {};
  }

  // The entry as our own index.json shall have it: the names of the archive are not ours.
  static oci::Descriptor plain(const oci::Descriptor& entry) {
    return {.media_type = entry.media_type,
            .digest = entry.digest,
            .size_bytes = entry.size_bytes,
            .platform = entry.platform};
  }

  ImageStore& store_;
  content::Lease& lease_;
  ArchiveSource& archive_;
  const LoadOptions& options_;
};

// One image may have an entry for each of its names.
Result<> add_image(Loaded& loaded, LayoutLoader::Taken taken, std::optional<oci::Reference> name) {
  const auto same = [&taken](const LoadedImage& present) {
    return present.image.manifest.digest == taken.target.digest;
  };
  auto place = std::ranges::find_if(loaded.images, same);
  if (place == loaded.images.end()) {
    loaded.images.push_back({.image = {.manifest = std::move(taken.target), .id = taken.image.id}});
    place = std::prev(loaded.images.end());
  }
  if (!name) return {};
  const auto at = std::ranges::lower_bound(place->names, *name);
  if (at != place->names.end() && *at == *name) return {};
  if (place->names.size() == kMaxNamesOfImage) {
    return fail(Errc::invalid_argument, "{}: more than {} names for image '{}'", oci::layout::kIndexFile,
                kMaxNamesOfImage, place->image.id.to_string());
  }
  place->names.insert(at, std::move(*name));
  return {};
}

}  // namespace

Result<Loaded> load_oci_layout(ImageStore& store, content::Lease& lease, ArchiveSource& archive,
                               std::string_view index_text, const LoadOptions& options) {
  const auto index = TRY(oci::layout::parse_index(index_text));
  LayoutLoader loader(store, lease, archive, options);
  Loaded loaded;
  for (const auto& entry : index.manifests) {
    auto taken = TRY(loader.take(entry));
    if (!taken) continue;
    std::optional<oci::Reference> name;
    if (const auto text = whole_name(entry)) name = take_archive_name(*text, loaded.problems);
    TRY(add_image(loaded, std::move(*taken), std::move(name)));
  }
  return loaded;
}

}  // namespace corten::image
