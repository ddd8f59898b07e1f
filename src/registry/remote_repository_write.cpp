#include "registry/push_document.hpp"
#include "registry/referrers.hpp"
#include "registry/referrers_tag.hpp"
#include "registry/remote_repository.hpp"
#include "registry/tags.hpp"
#include "registry/upload.hpp"

namespace corten::registry {

// All of these speak to the registry itself: mirrors take no writes, and need not know its newest tags and
// referrers.

Result<PushOutcome> RemoteRepository::push_blob(const oci::Descriptor& descriptor, const BlobOpener& open,
                                                const PushBlobOptions& options) {
  return registry::push_blob(origin(), descriptor, open, options);
}

Result<> RemoteRepository::push_document(std::string_view bytes, std::string_view media_type,
                                         std::string_view tag_or_digest) {
  return registry::push_document(origin(), bytes, media_type, tag_or_digest);
}

Result<std::vector<oci::Descriptor>> RemoteRepository::list_referrers(const oci::Digest& subject,
                                                                      std::string_view artifact_type) {
  return registry::list_referrers(origin(), subject, artifact_type);
}

Result<std::vector<std::string>> RemoteRepository::list_tags() { return registry::list_tags(origin()); }

Result<> RemoteRepository::delete_document(const oci::Digest& digest) {
  // Read first: afterwards nobody can tell whose list of referrers it stood on. One that cannot be read is
  // deleted all the same.
  const auto fetched = fetch_document(digest.to_string());
  TRY(registry::delete_document(origin(), digest));
  if (!fetched) return {};
  const auto referrer = describe_referrer(fetched->document.value(), fetched->document.bytes());
  if (!referrer) return {};
  TRY_CTX(remove_from_referrers_tag(origin(), referrer->subject, digest),
          "taking '{}' off the referrers of its subject", digest.to_string());
  return {};
}

}  // namespace corten::registry
