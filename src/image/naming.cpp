#include "image/naming.hpp"

namespace corten::image {

Result<std::optional<oci::Descriptor>> set_name(ImageStore& store, const oci::Reference& reference,
                                                const oci::Descriptor& target) {
  return store.names().set(reference.canonical(), target, content::Names::Displaced::keep_unnamed);
}

}  // namespace corten::image
