#include "image/catalog.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "image/manifests_behind.hpp"
#include "image/summary_cache.hpp"

namespace corten::image {
namespace {

std::uint64_t blob_bytes(const oci::Manifest& manifest) {
  std::uint64_t total = 0;
  for (const auto& layer : manifest.layers) total += static_cast<std::uint64_t>(layer.size_bytes);
  return total;
}

// What the layers take unpacked; nothing while one of them is not.
Result<std::optional<std::uint64_t>> unpacked_bytes(ImageStore& store,
                                                    const std::vector<oci::Digest>& chains) {
  auto* const snapshots = TRY(store.find_snapshots());
  if (snapshots == nullptr) return std::nullopt;
  std::uint64_t total = 0;
  for (const auto& chain : chains) {
    const auto layer = TRY(snapshots->find(chain));
    if (!layer) return std::nullopt;
    total += layer->size_bytes;
  }
  return total;
}

// Failing to remember costs only time, so a store that cannot be written to, or a lost database, does not
// matter here.
void remember(ImageStore& store, const ImageSummary& summary) {
  if (const auto database = store.database()) (void)save_summary(**database, summary);
}

// Gathers images by manifest while names are walked.
class Gatherer {
 public:
  Gatherer(ImageStore& store, std::map<oci::Digest, ImageSummary> known)
      : store_(store), known_(std::move(known)) {}

  void add(const content::NamedDescriptor& entry) {
    const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
    const auto added = add_all(entry.descriptor, name ? &*name : nullptr);
    if (!added) tell(entry, added.error());
  }

  Catalog finish() && {
    std::vector<ImageRecord*> newest_first;  // records are too large to be moved about by a sort
    for (auto& [digest, image] : images_) {
      std::ranges::sort(image.tags);
      std::ranges::sort(image.digests);
      newest_first.push_back(&image);
    }
    std::ranges::sort(newest_first, [](const ImageRecord* a, const ImageRecord* b) {
      return std::tie(b->summary.created, a->summary.id) < std::tie(a->summary.created, b->summary.id);
    });
    catalog_.images.reserve(newest_first.size());
    for (auto* const image : newest_first) catalog_.images.push_back(std::move(*image));
    return std::move(catalog_);
  }

 private:
  Result<> add_all(const oci::Descriptor& target, const oci::Reference* name) {
    const auto manifests = TRY(manifests_behind(store_.content(), target));
    for (const auto& manifest : manifests) TRY(add_manifest(manifest, name));
    return {};
  }

  Result<> add_manifest(const oci::Descriptor& descriptor, const oci::Reference* name) {
    auto image = images_.find(descriptor.digest);
    if (image == images_.end()) {
      auto summary = TRY(summary_of(descriptor));
      image = images_.emplace(descriptor.digest, ImageRecord{.summary = std::move(summary)}).first;
    }
    if (name == nullptr) return {};
    auto& names = name->digest() ? image->second.digests : image->second.tags;
    names.push_back(*name);
    return {};
  }

  Result<ImageSummary> summary_of(const oci::Descriptor& descriptor) {
    if (auto known = known_.extract(descriptor.digest)) return std::move(known.mapped());
    auto summary = TRY(read_summary(store_, descriptor));
    remember(store_, summary);
    return summary;
  }

  void tell(const content::NamedDescriptor& entry, const Error& error) {
    if (error.kind() == Errc::unsupported) return;  // an artifact that another tool keeps here
    if (error.kind() == Errc::not_found && was_removed(entry)) return;
    const auto what = entry.name.empty() ? entry.descriptor.digest.to_string() : entry.name;
    catalog_.problems.push_back(fmt::format("image '{}': {}", what, error.message()));
  }

  // Since the names were listed.
  bool was_removed(const content::NamedDescriptor& entry) const {
    const auto entries = store_.names().list_entries();
    return entries && std::ranges::none_of(*entries, [&](const auto& other) {
             return other.name == entry.name && other.descriptor.digest == entry.descriptor.digest;
           });
  }

  ImageStore& store_;
  std::map<oci::Digest, ImageSummary> known_;
  std::map<oci::Digest, ImageRecord> images_;
  Catalog catalog_;
};

std::map<oci::Digest, ImageSummary> known_summaries(ImageStore& store, Details details) {
  const auto database = store.database();
  if (!database) return {};
  auto known = load_summaries(**database, details);
  return known ? std::move(*known) : std::map<oci::Digest, ImageSummary>{};
}

}  // namespace

Result<ImageSummary> read_summary(ImageStore& store, const oci::Descriptor& manifest) {
  const auto documents = TRY(read_documents(store.content(), manifest));
  const auto& config = documents.config.value();
  auto chains = chain_ids_of(config);
  const auto unpacked = TRY(unpacked_bytes(store, chains));
  return ImageSummary{
      .manifest = {.media_type = manifest.media_type,
                   .digest = manifest.digest,
                   .size_bytes = static_cast<std::int64_t>(documents.manifest.bytes().size())},
      .id = documents.manifest->config.digest,
      .platform = oci::normalize(config.platform()),
      .created = config.created,
      .size_bytes = unpacked ? *unpacked : blob_bytes(documents.manifest.value()),
      .labels = config.config.labels,
      .chain_ids = std::move(chains),
  };
}

Result<Catalog> list_images(ImageStore& store, Details details) {
  const auto entries = TRY(store.names().list_entries());
  Gatherer gatherer(store, known_summaries(store, details));
  for (const auto& entry : entries) gatherer.add(entry);
  return std::move(gatherer).finish();
}

Result<ImageSummary> summarize(ImageStore& store, const oci::Descriptor& manifest, Remembered remembered) {
  if (remembered == Remembered::trust) {
    if (const auto database = store.database()) {
      auto known = find_summary(**database, manifest.digest);
      if (known && *known) return std::move(**known);
    }
  }
  auto summary = TRY(read_summary(store, manifest));
  remember(store, summary);
  return summary;
}

}  // namespace corten::image
