#include "image/tag.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "image/catalog.hpp"
#include "image/lookup.hpp"
#include "image/manifests_behind.hpp"
#include "image/naming.hpp"

namespace corten::image {
namespace {

// What gets the name, and the entries that keep it here.
struct Chosen {
  oci::Descriptor target;
  std::vector<content::NamedDescriptor> kept_by;
};

Result<Chosen> choose(ImageStore& store, std::string_view source) {
  const auto found = TRY(find_image(store, source));
  const auto entries = TRY(store.names().list_entries());
  Chosen chosen{.target = found.image.summary.manifest, .kept_by = {}};
  const auto* named = found.name ? find_entry(entries, *found.name) : nullptr;
  if (named != nullptr) {
    chosen.target = named->descriptor;
    chosen.kept_by.push_back(*named);
    return chosen;
  }
  for (const auto& entry : entries) {
    if (digests_behind(store.content(), entry.descriptor).contains(chosen.target.digest)) {
      chosen.kept_by.push_back(entry);
    }
  }
  if (chosen.kept_by.empty()) return no_such_image(source, entries);
  return chosen;
}

bool has_same(std::span<const content::NamedDescriptor> entries, const content::NamedDescriptor& wanted) {
  return std::ranges::any_of(entries, [&](const auto& entry) {
    return entry.name == wanted.name && entry.descriptor.digest == wanted.descriptor.digest;
  });
}

}  // namespace

Result<> tag_image(ImageStore& store, std::string_view source, std::string_view target) {
  const auto name = TRY(oci::Reference::parse(target));
  if (name.digest()) {
    return with_hint(
        fail(Errc::invalid_argument, "'{}' has a digest: a name that is given can only have a tag", target),
        "leave out what follows the '@'");
  }
  // Until an entry that was seen is there still when the name is written, for gc keeps only what has one. If
  // the image was removed meanwhile, the next look finds none.
  while (true) {
    const auto chosen = TRY(choose(store, source));
    const bool named =
        TRY(set_name_if(store, name, chosen.target, [&](std::span<const content::NamedDescriptor> entries) {
          return std::ranges::any_of(chosen.kept_by,
                                     [&](const auto& entry) { return has_same(entries, entry); });
        }));
    if (named) return {};
  }
}

}  // namespace corten::image
