#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "image/archive/docker_manifest.hpp"
#include "image/archive/save.hpp"
#include "image/catalog.hpp"
#include "oci/annotations.hpp"
#include "oci/image_layout.hpp"
#include "oci/index.hpp"
#include "oci/media_type.hpp"

namespace corten::image {
namespace {

// An image that shall be in the archive, and under which names.
struct Chosen {
  oci::Descriptor manifest;
  std::set<oci::Reference> names;
};
// By digest of the manifest, so that the order of the arguments does not matter.
using ChosenImages = std::map<oci::Digest, Chosen>;

Result<> choose_one(ImageStore& store, std::string_view text, const SaveOptions& options,
                    ChosenImages& chosen) {
  auto found = TRY(find_image(store, text, options.platform));
  const auto& manifest = found.image.summary.manifest;
  auto& entry = chosen[manifest.digest];
  entry.manifest = manifest;
  if (found.name && found.name->tag() && !found.name->digest()) entry.names.insert(std::move(*found.name));
  return {};
}

// "ubuntu" means all tags of it, as for `docker save`; with none of them here it may still be an id.
Result<> choose(ImageStore& store, const std::string& text, const SaveOptions& options,
                ChosenImages& chosen) {
  const auto bare = oci::Reference::parse(text, oci::ImpliedTag::none);
  bool found = false;
  if (bare && !bare->tag() && !bare->digest()) {
    const auto names = TRY(store.names().list());
    for (const auto& entry : names) {
      const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
      if (!name || name->name() != bare->name() || !name->tag() || name->digest()) continue;
      TRY(choose_one(store, entry.name, options, chosen));
      found = true;
    }
  }
  if (!found) TRY(choose_one(store, text, options, chosen));
  return {};
}

class Planner {
 public:
  Planner(ImageStore& store, content::Lease& lease, const SaveOptions& options)
      : store_(store), lease_(lease), options_(options) {}

  Result<> add(const Chosen& image) {
    TRY(require(image.manifest));
    const auto documents = TRY(read_documents(store_.content(), image.manifest));
    const auto& manifest = documents.manifest.value();
    TRY(require(manifest.config));
    DockerArchiveImage docker{.config = oci::layout::blob_path(manifest.config.digest)};
    for (const auto& layer : manifest.layers) {
      TRY(require(layer));
      docker.layers.push_back(oci::layout::blob_path(layer.digest));
    }
    for (const auto& name : image.names) docker.repo_tags.push_back(name.familiar());
    docker_.push_back(std::move(docker));
    add_entries(image);
    return {};
  }

  SavePlan finish(ArchiveFormat format) && {
    SavePlan plan;
    for (const auto& [digest, size_bytes] : blobs_) {
      plan.blobs.push_back({.digest = digest, .size_bytes = size_bytes});
      plan.total_bytes += size_bytes;
    }
    index_.media_type = std::string(oci::media_type::kOciIndex);
    plan.index = to_json_text(to_json(index_));
    if (format == ArchiveFormat::docker_archive) plan.docker_manifest = format_docker_manifest(docker_);
    return plan;
  }

 private:
  Result<> require(const oci::Descriptor& descriptor) {
    auto present = TRY(lease_.hold(descriptor.digest));
    if (!present) {
      TRY(fetch(descriptor));
      present = TRY(store_.content().find(descriptor.digest));
    }
    if (!present) return fail(Errc::data_loss, "blob '{}' is gone again", descriptor.digest.to_string());
    blobs_[descriptor.digest] = present->size_bytes;
    return {};
  }

  Result<> fetch(const oci::Descriptor& blob) {
    const auto sources = find_sources(store_, blob.digest);
    if (!options_.open || sources.empty()) {
      return with_hint(fail(Errc::failed_precondition, "blob '{}' of the image is not in the store",
                            blob.digest.to_string()),
                       "pull the image again, so that it is known where the blob is to be had");
    }
    const auto tell = [&](const oci::Reference& source) {
      if (!options_.on_fetch) return;
      options_.on_fetch(fmt::format("Fetching {} from {}", blob.digest.short_hex(), source.familiar_name()));
    };
    return fetch_dropped(store_.content(), blob, sources, {.open = options_.open, .on_source = tell});
  }

  // One entry for each name, with the annotations that Docker writes.
  void add_entries(const Chosen& image) {
    oci::Descriptor entry{.media_type = image.manifest.media_type,
                          .digest = image.manifest.digest,
                          .size_bytes = image.manifest.size_bytes,
                          .platform = image.manifest.platform};
    if (image.names.empty()) index_.manifests.push_back(entry);
    for (const auto& name : image.names) {
      entry.annotations = {{std::string(oci::annotation::kContainerdImageName), name.canonical()},
                           {std::string(oci::annotation::kRefName), *name.tag()}};
      index_.manifests.push_back(entry);
    }
  }

  ImageStore& store_;
  content::Lease& lease_;
  const SaveOptions& options_;
  std::map<oci::Digest, std::uint64_t> blobs_;
  std::vector<DockerArchiveImage> docker_;
  oci::Index index_;
};

}  // namespace

Result<ArchiveFormat> parse_archive_format(std::string_view text) {
  if (text == "docker-archive") return ArchiveFormat::docker_archive;
  if (text == "oci-archive") return ArchiveFormat::oci_archive;
  if (text == "oci-dir") return ArchiveFormat::oci_dir;
  return fail(Errc::invalid_argument, "expected docker-archive, oci-archive or oci-dir, found '{}'", text);
}

Result<SavePlan> plan_save(ImageStore& store, content::Lease& lease, const std::vector<std::string>& images,
                           const SaveOptions& options) {
  ChosenImages chosen;
  for (const auto& image : images) TRY(choose(store, image, options, chosen));
  Planner planner(store, lease, options);
  for (const auto& [digest, image] : chosen) {
    TRY_CTX(planner.add(image), "saving image '{}'", digest.to_string());
  }
  return std::move(planner).finish(options.format);
}

}  // namespace corten::image
