#include "image/manifests_behind.hpp"

#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "oci/platform_match.hpp"

namespace corten::image {
namespace {

class Walk {
 public:
  explicit Walk(const content::Store& store) : store_(store) {}

  // Each blob once: the same index many times over would be read as often at every level.
  Result<> visit(const oci::Descriptor& descriptor, int depth) {
    if (!seen_.insert(descriptor.digest).second) return {};
    if (!is_index(descriptor)) {
      found_.push_back(descriptor);
      return {};
    }
    if (depth == kMaxIndexDepth) return {};
    const auto bytes = TRY(store_.read_blob(descriptor.digest, oci::kMaxDocumentBytes));
    const auto document =
        TRY(oci::parse_document(bytes, descriptor.media_type, descriptor.digest.to_string()));
    if (document.index() == nullptr) {
      return fail(Errc::data_loss, "'{}' is no index", descriptor.digest.to_string());
    }
    for (auto child : document.index()->manifests) {
      if (oci::is_attestation(child)) continue;
      const auto present = TRY(store_.find(child.digest));
      if (!present) continue;
      if (!child.platform) child.platform = descriptor.platform;
      TRY(visit(child, depth + 1));
    }
    return {};
  }

  std::vector<oci::Descriptor> finish() && { return std::move(found_); }

 private:
  const content::Store& store_;
  std::set<oci::Digest> seen_;
  std::vector<oci::Descriptor> found_;
};

}  // namespace

bool is_index(const oci::Descriptor& descriptor) {
  return oci::classify_media_type(descriptor.media_type).kind == oci::BlobKind::index;
}

Result<std::vector<oci::Descriptor>> manifests_behind(const content::Store& store,
                                                      const oci::Descriptor& target) {
  Walk walk(store);
  TRY(walk.visit(target, 0));
  return std::move(walk).finish();
}

std::set<oci::Digest> digests_behind(const content::Store& store, const oci::Descriptor& target) {
  std::set<oci::Digest> digests;
  const auto manifests = manifests_behind(store, target);
  if (!manifests) return digests;
  for (const auto& manifest : *manifests) digests.insert(manifest.digest);
  return digests;
}

}  // namespace corten::image
