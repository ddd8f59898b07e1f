#include "image/pull_documents.hpp"

#include <utility>

#include "base/strings.hpp"
#include "codec/verify.hpp"
#include "image/digests.hpp"
#include "image/fetch_layer.hpp"
#include "image/manifests_behind.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

// A digest that the user typed comes without a size.
Result<> check_size(const oci::Descriptor& descriptor, std::size_t found) {
  if (descriptor.size_bytes == 0 || static_cast<std::uint64_t>(descriptor.size_bytes) == found) return {};
  return fail(Errc::data_loss, "manifest '{}' has {} bytes, its descriptor says {}",
              descriptor.digest.to_string(), found, descriptor.size_bytes);
}

// A child that its index calls something else would be judged by the one word here and by the other there
// (CVE-2021-41190). A registry may leave the type out of its answer to HEAD.
Result<> check_type(const oci::Descriptor& descriptor, const std::string& found) {
  if (descriptor.media_type.empty() || descriptor.media_type == found) return {};
  return fail(Errc::data_loss, "manifest '{}' is of the type '{}', its descriptor says '{}'",
              descriptor.digest.to_string(), printable(found), printable(descriptor.media_type));
}

Result<> publish(const content::Store& content, std::string_view bytes, const oci::Digest& digest) {
  auto ingest = TRY(content.begin_ingest(
      ingest_ref(digest), {.timeout = std::chrono::seconds{30}, .algorithm = digest.algorithm()}));
  TRY(ingest.restart());
  TRY(ingest.write(as_bytes(bytes)));
  TRY(std::move(ingest).commit(digest, bytes.size()));
  return {};
}

}  // namespace

Result<registry::FetchedDocument> DocumentFetcher::fetch_target(const oci::Reference& reference, bool known) {
  if (reference.digest()) {
    oci::Descriptor pinned;
    pinned.digest = *reference.digest();
    return fetch(pinned);
  }
  const auto tag = reference.tag().value_or(std::string(oci::kDefaultTag));
  if (known) {
    const auto descriptor = TRY(repository_.resolve(tag));
    return fetch(descriptor);
  }
  auto document = TRY(repository_.fetch_document(tag));
  return keep(std::move(document));
}

Result<registry::FetchedDocument> DocumentFetcher::fetch(const oci::Descriptor& descriptor) {
  if (stop_.stop_requested()) return fail(Errc::canceled, "canceled");
  const auto blob = TRY(lease_.hold(descriptor.digest));
  if (!blob) {
    auto document = TRY(repository_.fetch_document(descriptor.digest.to_string()));
    TRY(check_size(descriptor, document.document.bytes().size()));
    TRY(check_type(descriptor, document.document->media_type));
    return keep(std::move(document));
  }
  auto bytes = TRY(content_.read_blob(descriptor.digest, oci::kMaxDocumentBytes));
  TRY(check_size(descriptor, bytes.size()));
  auto found = descriptor;
  found.size_bytes = static_cast<std::int64_t>(bytes.size());
  auto document =
      TRY(oci::receive_document(std::move(bytes), descriptor.media_type, descriptor.digest.to_string()));
  found.media_type = document->media_type;
  return registry::FetchedDocument{.descriptor = std::move(found), .document = std::move(document)};
}

Result<registry::FetchedDocument> DocumentFetcher::keep(registry::FetchedDocument document) {
  const auto digest = document.descriptor.digest;
  document.descriptor.media_type = document.document->media_type;
  const auto blob = TRY(lease_.hold(digest));
  if (!blob) TRY_CTX(publish(content_, document.document.bytes(), digest), "keeping the manifest");
  return document;
}

Result<registry::FetchedDocument> DocumentFetcher::choose(registry::FetchedDocument document,
                                                          const oci::Platform& platform) {
  for (int depth = 0; depth < kMaxIndexDepth; ++depth) {
    const auto* index = document.document->index();
    if (index == nullptr) return document;
    const auto entry = TRY(oci::best_match(index->manifests, platform));
    document = TRY(fetch(entry));
  }
  if (document.document->manifest() != nullptr) return document;
  return fail(Errc::unsupported, "indexes in indexes more than {} deep", kMaxIndexDepth);
}

Result<oci::ImageConfig> DocumentFetcher::fetch_config(const oci::Manifest& manifest) {
  const auto& descriptor = manifest.config;
  const auto size = static_cast<std::uint64_t>(descriptor.size_bytes);
  if (size > oci::kMaxConfigBytes) {
    return fail(Errc::unsupported, "the image's config has {} bytes; at most {} are read", size,
                oci::kMaxConfigBytes);
  }
  const auto blob = TRY(lease_.hold(descriptor.digest));
  std::string bytes;
  if (blob) {
    bytes = TRY(content_.read_blob(descriptor.digest, oci::kMaxConfigBytes));
  } else {
    const auto source = TRY(repository_.fetch_blob(descriptor));
    codec::VerifyingSource verified(*source, {.hash = hash_of(descriptor.digest), .size_bytes = size});
    MemorySink sink(oci::kMaxConfigBytes);
    TRY_CTX(copy_stream(verified, sink), "fetching the image's config '{}'", descriptor.digest.to_string());
    bytes = sink.take();
  }
  auto config = TRY_CTX(oci::parse_image_config(bytes), "reading the image's config '{}'",
                        descriptor.digest.to_string());
  TRY(oci::validate_against_manifest(config, manifest));
  if (!blob) TRY_CTX(publish(content_, bytes, descriptor.digest), "keeping the image's config");
  return config;
}

Result<> require_image(const oci::Manifest& manifest) {
  const auto& type = manifest.config.media_type;
  if (oci::classify_media_type(type).kind != oci::BlobKind::config) {
    const auto& what = manifest.artifact_type.empty() ? type : manifest.artifact_type;
    return fail(Errc::unsupported, "it is an artifact of the type '{}', not an image", printable(what));
  }
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const auto& layer = manifest.layers[i].media_type;
    if (oci::classify_media_type(layer).kind == oci::BlobKind::layer) continue;
    return fail(Errc::unsupported, "layer {} has the media type '{}', which cannot be unpacked", i + 1,
                printable(layer));
  }
  return {};
}

}  // namespace corten::image
