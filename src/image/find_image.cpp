#include <algorithm>
#include <utility>

#include "base/distance.hpp"
#include "base/strings.hpp"
#include "image/catalog.hpp"
#include "image/lookup.hpp"
#include "image/manifests_behind.hpp"
#include "oci/image_id.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

// The manifest of one platform behind what a name stands for. Of an index only what is here can be chosen:
// that a better platform exists elsewhere does not help. Without a wanted platform this machine's is best,
// and one of another machine, which was pulled on purpose, better than none.
Result<oci::Descriptor> choose_manifest(const ImageStore& store, const oci::Descriptor& target,
                                        const std::optional<oci::Platform>& wanted) {
  if (!is_index(target)) return target;
  const auto present = TRY(manifests_behind(store.content(), target));
  auto best = oci::best_match(present, wanted ? *wanted : this_platform());
  if (best || wanted) return best;
  if (present.empty()) return best;
  return present.front();
}

// Of an index the platform was chosen; an image alone must be for it.
Result<> require_platform(const ImageSummary& image, const std::optional<oci::Platform>& wanted) {
  if (!wanted || oci::may_run_on(image.platform, *wanted)) return {};
  return fail(Errc::not_found, "the image is for {}, not for {}", oci::to_string(image.platform),
              oci::to_string(oci::normalize(*wanted)));
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

}  // namespace

// A digest may be that of the platform's own manifest where the name was given to the index's.
const content::NamedDescriptor* find_entry(std::span<const content::NamedDescriptor> entries,
                                           const oci::Reference& reference) {
  const auto name =
      reference.digest() ? reference.without_version().with_digest(*reference.digest()) : reference;
  const auto same_name = std::ranges::find(entries, name.canonical(), &content::NamedDescriptor::name);
  if (same_name != entries.end()) return &*same_name;
  if (!reference.digest()) return nullptr;
  const auto repository = reference.name();
  for (const auto& entry : entries) {
    if (entry.descriptor.digest != *reference.digest()) continue;
    const auto other = oci::Reference::parse(entry.name, oci::ImpliedTag::none);
    if (other && other->name() == repository) return &entry;
  }
  return nullptr;
}

Result<std::vector<const ImageRecord*>> find_by_id(const Catalog& catalog, std::string_view text) {
  std::vector<const ImageRecord*> matching;
  const auto prefix = oci::ImageIdPrefix::find(text);
  if (!prefix) return matching;
  for (const auto& image : catalog.images) {
    if (prefix->matches(image.summary.id) || prefix->matches(image.summary.manifest.digest)) {
      matching.push_back(&image);
    }
  }
  const auto same_id = [&](const auto* image) { return image->summary.id == matching[0]->summary.id; };
  if (std::ranges::all_of(matching, same_id)) return matching;
  return with_hint(fail(Errc::invalid_argument, "'{}' is the beginning of several image ids", text),
                   "give more digits of it");
}

std::unexpected<Error> no_such_image(std::string_view text,
                                     std::span<const content::NamedDescriptor> entries) {
  std::vector<std::string> candidates;
  for (const auto& entry : entries) {
    if (const auto name = oci::Reference::parse(entry.name, oci::ImpliedTag::none)) {
      candidates.push_back(name->familiar());
    }
  }
  auto error = fail(Errc::not_found, "no such image: '{}'", printable(text));
  const auto near = find_nearest(text, candidates);
  if (!near) return error;
  return with_hint(std::move(error), "did you mean '{}'?", *near);
}

Result<FoundImage> find_image(ImageStore& store, std::string_view text,
                              const std::optional<oci::Platform>& platform) {
  const auto prefix = oci::ImageIdPrefix::find(text);
  const auto names = TRY(store.names().list());
  auto reference = oci::Reference::parse(text);
  if (reference && !(prefix && prefix->is_explicit())) {
    if (const auto* entry = find_entry(names, *reference)) {
      const auto manifest = TRY(choose_manifest(store, entry->descriptor, platform));
      auto summary = TRY(summarize(store, manifest));
      TRY_CTX(require_platform(summary, platform), "looking for '{}'", printable(text));
      ImageRecord image{.summary = std::move(summary)};
      add_names(image, names, entry->descriptor);
      return FoundImage{.image = std::move(image), .name = std::move(*reference)};
    }
  }
  const auto catalog = TRY(list_images(store, Details::left_out));
  const auto matching = TRY(find_by_id(catalog, text));
  if (!matching.empty()) {
    // The same config under two manifests: one compressed otherwise, or one for this platform.
    const auto fits = [&](const auto* image) {
      return oci::platform_matches(image->summary.platform, platform ? *platform : this_platform());
    };
    const auto found = std::ranges::find_if(matching, fits);
    auto image = found == matching.end() ? *matching[0] : **found;
    TRY_CTX(require_platform(image.summary, platform), "looking for '{}'", printable(text));
    image.summary = TRY(summarize(store, image.summary.manifest));
    return FoundImage{.image = std::move(image), .name = std::nullopt};
  }
  if (!reference && !prefix) return std::unexpected(std::move(reference).error());
  return no_such_image(text, names);
}

}  // namespace corten::image
