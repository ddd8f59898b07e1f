#include "image/check_images.hpp"

#include <algorithm>

#include "image/blob_sources.hpp"
#include "image/catalog.hpp"
#include "image/fault.hpp"
#include "image/manifests_behind.hpp"
#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

using Kind = Problem::Kind;

std::string shown(const content::NamedDescriptor& entry) {
  const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
  if (name) return name->familiar();
  return entry.name.empty() ? entry.descriptor.digest.to_string() : entry.name;
}

bool is_foreign(const oci::Descriptor& layer) {
  return oci::classify_media_type(layer.media_type).distribution == oci::Distribution::foreign;
}

class ImageChecker {
 public:
  ImageChecker(ImageStore& store, Inventory& inventory, CheckReport& report)
      : store_(store), inventory_(inventory), report_(report) {}

  Result<> check(const content::NamedDescriptor& entry) {
    const auto name = shown(entry);
    if (!has_document(entry, name)) return {};
    const auto& target = entry.descriptor;
    const auto bytes = TRY(read(target.digest, oci::kMaxDocumentBytes));
    if (!bytes) return {};
    const auto document = oci::parse_document(*bytes, target.media_type);
    if (!document) {
      lose(entry, fmt::format("image '{}': {}", name, document.error().message()));
      return {};
    }
    if (document->manifest() != nullptr) return check_manifest(target, *document->manifest(), name);
    return check_index(entry, *document->index(), name, 1);
  }

 private:
  // Nothing if it went meanwhile, or if what is wrong with it has been told. Too large ones are read as
  // nothing that any document begins with.
  Result<std::optional<std::string>> read(const oci::Digest& digest, std::size_t max_bytes) {
    const auto size = inventory_.blobs.find(digest);
    if (size != inventory_.blobs.end() && size->second > max_bytes) return std::string();
    auto bytes = store_.content().read_blob(digest, max_bytes);
    if (bytes) return std::move(*bytes);
    TRY(tell_blob_fault(digest, bytes.error(), inventory_, report_));
    return std::nullopt;
  }

  // Damaged ones have been told.
  bool has_document(const content::NamedDescriptor& entry, const std::string& name) {
    const auto& digest = entry.descriptor.digest;
    if (inventory_.damaged_blobs.contains(digest)) return false;
    if (inventory_.blobs.contains(digest)) return true;
    lose(entry, fmt::format("image '{}': its manifest '{}' is not in the store", name, digest.to_string()));
    return false;
  }

  void lose(const content::NamedDescriptor& entry, std::string what) {
    report_.problems.push_back(
        {.kind = Kind::lost_image,
         .what = std::move(what),
         .advice = fmt::format("run 'corten pull {}', or --repair to drop the name", shown(entry)),
         .entry = entry});
  }

  Result<> check_index(const content::NamedDescriptor& entry, const oci::Index& index,
                       const std::string& name, int depth) {
    bool any = false;
    for (const auto& child : index.manifests) {
      if (oci::is_attestation(child) || !inventory_.blobs.contains(child.digest)) continue;
      any = true;
      if (inventory_.damaged_blobs.contains(child.digest)) continue;
      const auto bytes = TRY(read(child.digest, oci::kMaxDocumentBytes));
      if (!bytes) continue;
      const auto document = oci::parse_document(*bytes, child.media_type);
      if (!document) {
        // The index is wrong about this one; the name stays for its other images.
        tell_missing(child.digest, name, document.error().message());
        continue;
      }
      if (document->manifest() != nullptr) {
        TRY(check_manifest(child, *document->manifest(), name));
      } else if (depth < kMaxIndexDepth && seen_.insert(child.digest).second) {
        TRY(check_index(entry, *document->index(), name, depth + 1));
      }
    }
    // Of an inner index nothing may be wanted here.
    if (!any && depth == 1 && !index.manifests.empty()) {
      lose(entry, fmt::format("image '{}': none of the images of its index is in the store", name));
    }
    return {};
  }

  Result<> check_manifest(const oci::Descriptor& descriptor, const oci::Manifest& manifest,
                          const std::string& name) {
    if (!seen_.insert(descriptor.digest).second) return {};
    const bool is_image = oci::classify_media_type(manifest.config.media_type).kind == oci::BlobKind::config;
    bool has_config = TRY(check_blob(manifest.config, name, "its config"));
    if (is_image && has_config) {
      const auto bytes = TRY(read(manifest.config.digest, oci::kMaxConfigBytes));
      has_config = bytes.has_value();
    }
    if (!is_image || !has_config) {
      for (const auto& layer : manifest.layers) TRY(check_blob(layer, name, "its part"));
      return {};
    }
    const auto documents = read_documents(store_.content(), descriptor);
    if (!documents && documents.error().errnum() != 0) return std::unexpected(documents.error().clone());
    if (!documents) {
      tell_missing(manifest.config.digest, name, documents.error().message());
      return {};
    }
    report_.images.push_back(descriptor);
    return check_layers(manifest, chain_ids_of(documents->config.value()), name);
  }

  void tell_missing(const oci::Digest& digest, const std::string& name, std::string_view what) {
    report_.problems.push_back({.kind = Kind::missing_blob,
                                .what = fmt::format("image '{}': {}", name, what),
                                .advice = fmt::format("run 'corten pull {}'", name),
                                .digest = digest});
  }

  // True if it is there and nothing is known to be wrong with it.
  Result<bool> check_blob(const oci::Descriptor& blob, const std::string& name, std::string_view what) {
    const auto found = inventory_.blobs.find(blob.digest);
    if (found != inventory_.blobs.end()) {
      if (inventory_.damaged_blobs.contains(blob.digest)) return false;
      if (found->second == static_cast<std::uint64_t>(blob.size_bytes)) return true;
      return check_other_size(blob, name, what);
    }
    if (is_foreign(blob)) return true;
    tell_missing(blob.digest, name,
                 fmt::format("{} '{}' is not in the store", what, blob.digest.to_string()));
    return false;
  }

  // A blob that was cut short is damaged; one that has its digest is whole, and the manifest is wrong.
  Result<bool> check_other_size(const oci::Descriptor& blob, const std::string& name, std::string_view what) {
    const auto verified = store_.content().verify(blob.digest);
    if (!verified) {
      TRY(tell_blob_fault(blob.digest, verified.error(), inventory_, report_));
      return false;
    }
    tell_missing(blob.digest, name,
                 fmt::format("{} '{}' has not the {} bytes that its manifest says", what,
                             blob.digest.to_string(), blob.size_bytes));
    return true;
  }

  Result<> check_layers(const oci::Manifest& manifest, const std::vector<oci::Digest>& chains,
                        const std::string& name) {
    const auto unpacked =
        std::ranges::count_if(chains, [&](const auto& chain) { return inventory_.layers.contains(chain); });
    for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
      const auto& layer = manifest.layers[i];
      const bool is_unpacked = inventory_.layers.contains(chains[i]);
      const bool dropped = is_unpacked && can_be_had_again(layer.digest);
      if (!dropped) TRY(check_blob(layer, name, "its layer"));
      if (is_unpacked || unpacked == 0) continue;
      report_.problems.push_back({.kind = Kind::missing_layer,
                                  .what = fmt::format("image '{}': layer '{}' is not unpacked, others are",
                                                      name, chains[i].to_string()),
                                  .advice = "run with --repair to unpack it",
                                  .digest = chains[i]});
    }
    return {};
  }

  // `system prune --blobs` removes such blobs.
  bool can_be_had_again(const oci::Digest& digest) {
    const auto repositories = find_blob_sources(store_, digest);
    return repositories && !repositories->empty();
  }

  ImageStore& store_;
  Inventory& inventory_;
  CheckReport& report_;
  std::set<oci::Digest> seen_;
};

}  // namespace

Result<std::vector<content::NamedDescriptor>> list_entries(ImageStore& store, CheckReport& report) {
  auto entries = store.names().list_entries();
  if (entries || entries.error().errnum() != 0) return entries;
  report.problems.push_back({.kind = Problem::Kind::names,
                             .what = entries.error().message(),
                             .advice = "run with --repair to begin a new index.json without names"});
  return std::vector<content::NamedDescriptor>();
}

Result<> check_images(ImageStore& store, std::span<const content::NamedDescriptor> entries,
                      Inventory& inventory, CheckReport& report) {
  ImageChecker checker(store, inventory, report);
  for (const auto& entry : entries) TRY(checker.check(entry));
  return {};
}

}  // namespace corten::image
