#include "image/push_plan.hpp"

#include <algorithm>
#include <utility>

#include "image/catalog.hpp"
#include "image/manifests_behind.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

namespace mt = oci::media_type;

Result<std::optional<StoredDocument>> find_document(const content::Store& content, content::Lease& lease,
                                                    const oci::Descriptor& descriptor) {
  const auto blob = TRY(lease.hold(descriptor.digest));
  if (!blob) return std::nullopt;
  auto bytes = TRY(content.read_blob(descriptor.digest, oci::kMaxDocumentBytes));
  auto found = descriptor;
  found.size_bytes = static_cast<std::int64_t>(bytes.size());
  auto document =
      TRY(oci::receive_document(std::move(bytes), descriptor.media_type, descriptor.digest.to_string()));
  found.media_type = document->media_type;
  return StoredDocument{.descriptor = std::move(found), .document = std::move(document)};
}

std::string shown_platform(const StoredDocument& image) {
  const auto& platform = image.descriptor.platform;
  return platform ? oci::to_string(*platform) : image.descriptor.digest.to_string();
}

// What is not here was dropped, and may come back while the push needs it.
Result<> hold_parts(content::Lease& lease, const oci::Manifest& manifest) {
  TRY(lease.hold(manifest.config.digest));
  for (const auto& layer : manifest.layers) TRY(lease.hold(layer.digest));
  return {};
}

Result<PushPlan> plan_platform(const content::Store& content, content::Lease& lease, StoredDocument document,
                               const oci::Platform& platform) {
  for (int depth = 0; depth < kMaxIndexDepth && document.document->index() != nullptr; ++depth) {
    const auto entry = TRY(oci::best_match(document.document->index()->manifests, platform));
    auto found = TRY(find_document(content, lease, entry));
    if (!found) {
      return with_hint(
          fail(Errc::not_found, "the image for {} is not in the store", oci::to_string(platform)),
          "pull it with --platform {}", oci::to_string(platform));
    }
    document = std::move(*found);
  }
  if (document.document->manifest() == nullptr) {
    return fail(Errc::unsupported, "indexes in indexes more than {} deep", kMaxIndexDepth);
  }
  PushPlan plan;
  plan.manifests.push_back(std::move(document));
  plan.is_part = true;
  return plan;
}

Result<PushPlan> plan_index(const content::Store& content, content::Lease& lease, StoredDocument index) {
  PushPlan plan;
  std::size_t images = 0;
  const auto& entries = index.document->index()->manifests;
  for (const auto& entry : entries) {
    auto document = TRY(find_document(content, lease, entry));
    if (!document) continue;
    if (document->document->manifest() == nullptr) {
      return fail(Errc::unsupported, "pushing an index in an index");
    }
    if (!oci::is_attestation(entry)) ++images;
    plan.manifests.push_back(std::move(*document));
  }
  if (plan.manifests.size() == entries.size()) {
    plan.index = std::move(index);
    return plan;
  }
  if (images == 0) return fail(Errc::not_found, "the store has the index, but no image of it");
  std::erase_if(plan.manifests,
                [](const StoredDocument& image) { return oci::is_attestation(image.descriptor); });
  if (images > 1) {
    const auto first = shown_platform(plan.manifests.front());
    return with_hint(fail(Errc::failed_precondition, "the store has {} of the {} images that the index names",
                          images, entries.size()),
                     "choose one with --platform {}, or pull the others first", first);
  }
  plan.is_part = true;
  plan.note = fmt::format("Only the image for {} is here and is pushed alone, without its index",
                          shown_platform(plan.manifests.front()));
  return plan;
}

Result<PushPlan> plan_documents(const content::Store& content, content::Lease& lease,
                                const oci::Descriptor& target, const std::optional<oci::Platform>& platform) {
  auto document = TRY(find_document(content, lease, target));
  if (!document) {
    return with_hint(fail(Errc::data_loss, "the image's manifest '{}' is missing", target.digest.to_string()),
                     "run 'corten system check --repair'");
  }
  if (document->document->index() != nullptr) {
    if (platform) return plan_platform(content, lease, std::move(*document), *platform);
    return plan_index(content, lease, std::move(*document));
  }
  PushPlan plan;
  plan.manifests.push_back(std::move(*document));
  return plan;
}

std::string oci_media_type(const std::string& type) {
  const auto blob = oci::classify_media_type(type);
  const bool foreign = blob.distribution == oci::Distribution::foreign;
  switch (blob.kind) {
    case oci::BlobKind::config:
      return std::string(mt::kOciConfig);
    case oci::BlobKind::manifest:
      return std::string(mt::kOciManifest);
    case oci::BlobKind::layer:
      break;
    default:
      return type;
  }
  switch (blob.compression) {
    case oci::Compression::gzip:
      return std::string(foreign ? mt::kOciForeignLayerGzip : mt::kOciLayerGzip);
    case oci::Compression::zstd:
      return std::string(foreign ? mt::kOciForeignLayerZstd : mt::kOciLayerZstd);
    case oci::Compression::none:
      break;
  }
  return std::string(foreign ? mt::kOciForeignLayer : mt::kOciLayer);
}

}  // namespace

Result<PushPlan> plan_push(ImageStore& store, content::Lease& lease, const oci::Descriptor& target,
                           const std::optional<oci::Platform>& platform) {
  auto plan = TRY(plan_documents(store.content(), lease, target, platform));
  if (platform && !plan.is_part) {
    const auto image = TRY(summarize(store, target));
    if (!oci::may_run_on(image.platform, *platform)) {
      return fail(Errc::not_found, "the image is for {}, not for {}", oci::to_string(image.platform),
                  oci::to_string(oci::normalize(*platform)));
    }
  }
  for (const auto& manifest : plan.manifests) TRY(hold_parts(lease, *manifest.document->manifest()));
  return plan;
}

oci::Manifest with_compressed_layers(oci::Manifest manifest,
                                     const std::vector<std::optional<BlobName>>& blobs,
                                     LayerCompression compression) {
  const bool zstd = compression == LayerCompression::zstd;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    if (!blobs[i]) continue;
    auto& layer = manifest.layers[i];
    const bool docker = oci::is_docker_media_type(layer.media_type);
    layer.digest = blobs[i]->digest;
    layer.size_bytes = static_cast<std::int64_t>(blobs[i]->size_bytes);
    layer.data.reset();
    const auto gzip = docker ? mt::kDockerLayerGzip : mt::kOciLayerGzip;
    layer.media_type = std::string(zstd ? mt::kOciLayerZstd : gzip);
  }
  if (!zstd) return manifest;
  if (!manifest.media_type.empty()) manifest.media_type = oci_media_type(manifest.media_type);
  manifest.config.media_type = oci_media_type(manifest.config.media_type);
  for (auto& layer : manifest.layers) layer.media_type = oci_media_type(layer.media_type);
  return manifest;
}

}  // namespace corten::image
