#include <algorithm>
#include <utility>

#include "base/distance.hpp"
#include "base/strings.hpp"
#include "image/catalog.hpp"
#include "oci/document.hpp"
#include "oci/image_id.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

// The manifest of one platform behind what a name stands for. Of an index only what is here can be chosen:
// that a better platform exists elsewhere does not help.
Result<oci::Descriptor> choose_manifest(const ImageStore& store, const oci::Descriptor& target,
                                        const oci::Platform& platform) {
  if (oci::classify_media_type(target.media_type).kind != oci::BlobKind::index) return target;
  const auto bytes = TRY(store.content().read_blob(target.digest, oci::kMaxDocumentBytes));
  const auto document = TRY(oci::parse_document(bytes, target.media_type, target.digest.to_string()));
  std::vector<oci::Descriptor> present;
  for (const auto& child : document.index()->manifests) {
    const auto blob = TRY(store.content().find(child.digest));
    if (blob) present.push_back(child);
  }
  return oci::best_match(present, platform);
}

// All names of the same image, for one that was found by name: an index and its manifests have names apart.
void add_names(ImageRecord& image, const std::vector<content::NamedDescriptor>& names,
               const oci::Descriptor& target) {
  for (const auto& entry : names) {
    if (entry.descriptor.digest != target.digest &&
        entry.descriptor.digest != image.summary.manifest.digest) {
      continue;
    }
    auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
    if (!name) continue;
    auto& list = name->digest() ? image.digests : image.tags;
    list.push_back(std::move(*name));
  }
  std::ranges::sort(image.tags);
  std::ranges::sort(image.digests);
}

// "name:tag@digest" is the digest's business alone, as for Docker; and a digest may be that of the platform's
// own manifest where the name was given to the index's.
std::optional<oci::Descriptor> find_target(const std::vector<content::NamedDescriptor>& names,
                                           const oci::Reference& reference) {
  if (!reference.digest()) {
    const auto canonical = reference.canonical();
    const auto entry = std::ranges::find(names, canonical, &content::NamedDescriptor::name);
    if (entry == names.end()) return std::nullopt;
    return entry->descriptor;
  }
  const auto pinned = reference.without_version().with_digest(*reference.digest()).canonical();
  const auto repository = reference.name();
  for (const auto& entry : names) {
    if (entry.name == pinned) return entry.descriptor;
    const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
    if (name && name->name() == repository && entry.descriptor.digest == *reference.digest()) {
      return entry.descriptor;
    }
  }
  return std::nullopt;
}

std::unexpected<Error> not_found(std::string_view text, const std::vector<content::NamedDescriptor>& names) {
  std::vector<std::string> candidates;
  for (const auto& entry : names) {
    if (const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none)) {
      candidates.push_back(name->familiar());
    }
  }
  auto error = fail(Errc::not_found, "no such image: '{}'", printable(text));
  const auto near = find_nearest(text, candidates);
  if (!near) return error;
  return with_hint(std::move(error), "did you mean '{}'?", *near);
}

Result<std::optional<FoundImage>> find_by_id(ImageStore& store, std::string_view text,
                                             const oci::Platform& platform) {
  const auto prefix = oci::ImageIdPrefix::find(text);
  if (!prefix) return std::nullopt;
  auto catalog = TRY(list_images(store));
  std::vector<ImageRecord*> matching;
  for (auto& image : catalog.images) {
    if (prefix->matches(image.summary.id) || prefix->matches(image.summary.manifest.digest)) {
      matching.push_back(&image);
    }
  }
  if (matching.empty()) return std::nullopt;
  const auto same_id = [&](const auto* image) { return image->summary.id == matching[0]->summary.id; };
  if (!std::ranges::all_of(matching, same_id)) {
    return with_hint(fail(Errc::invalid_argument, "'{}' is the beginning of several image ids", text),
                     "give more digits of it");
  }
  // The same config under two manifests: one compressed otherwise, or one for this platform.
  const auto fits = [&](const auto* image) {
    return oci::platform_matches(image->summary.platform, platform);
  };
  const auto best = std::ranges::find_if(matching, fits);
  auto* const chosen = best == matching.end() ? matching[0] : *best;
  return FoundImage{.image = std::move(*chosen), .name = std::nullopt};
}

}  // namespace

Result<FoundImage> find_image(ImageStore& store, std::string_view text,
                              const std::optional<oci::Platform>& platform) {
  const auto& wanted = platform ? *platform : this_platform();
  const auto prefix = oci::ImageIdPrefix::find(text);
  const auto names = TRY(store.names().list());
  auto reference = oci::Reference::parse(text);
  if (reference && !(prefix && prefix->is_explicit())) {
    if (const auto target = find_target(names, *reference)) {
      const auto manifest = TRY(choose_manifest(store, *target, wanted));
      auto summary = TRY(summarize(store, manifest));
      ImageRecord image{.summary = std::move(summary)};
      add_names(image, names, *target);
      return FoundImage{.image = std::move(image), .name = std::move(*reference)};
    }
  }
  auto by_id = TRY(find_by_id(store, text, wanted));
  if (by_id) return std::move(*by_id);
  if (!reference && !prefix) return std::unexpected(std::move(reference).error());
  return not_found(text, names);
}

}  // namespace corten::image
