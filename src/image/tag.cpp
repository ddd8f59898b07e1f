#include "image/tag.hpp"

#include "image/catalog.hpp"
#include "image/lookup.hpp"
#include "image/naming.hpp"

namespace corten::image {

Result<> tag_image(ImageStore& store, std::string_view source, std::string_view target) {
  const auto name = TRY(oci::Reference::parse(target));
  if (name.digest()) {
    return with_hint(
        fail(Errc::invalid_argument, "'{}' has a digest: a name that is given can only have a tag", target),
        "leave out what follows the '@'");
  }
  const auto found = TRY(find_image(store, source));
  auto descriptor = found.image.summary.manifest;
  if (found.name) {
    const auto entries = TRY(store.names().list());
    if (const auto* entry = find_entry(entries, *found.name)) descriptor = entry->descriptor;
  }
  TRY(set_name(store, name, descriptor));
  return {};
}

}  // namespace corten::image
