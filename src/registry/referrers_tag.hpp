#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/descriptor.hpp"
#include "oci/document.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// A document that points to another one.
struct Referrer {
  oci::Digest subject;
  oci::Descriptor descriptor;  ///< As a list of referrers has it: with artifact type and annotations.
};

/// Nothing for a document without a subject. The artifact type is the document's, or else the media type of
/// its config (distribution-spec "Listing Referrers").
std::optional<Referrer> describe_referrer(const oci::Document& document, std::string_view bytes);

/// Where referrers are listed in a registry without the API (distribution-spec "Referrers Tag Schema"): the
/// tag "sha256-<hex>" of an index; at most 64 digits of the hash.
std::string referrers_tag(const oci::Digest& subject);

/// The list under that tag; empty when there is none.
Result<std::vector<oci::Descriptor>> list_by_referrers_tag(Session& session, const oci::Digest& subject);

/// Adds to that list unless it is there. Registries compare nothing when a tag moves, so the list is read
/// again afterwards: whoever lost an entry to another writer puts it in once more; unavailable after three
/// times.
///
/// Entries whose manifests were deleted go when a registry refuses a list with them, as docker-registry does.
Result<> add_to_referrers_tag(Session& session, const Referrer& referrer);

/// Takes a deleted manifest off the list, if there is one (distribution-spec "Deleting Manifests").
Result<> remove_from_referrers_tag(Session& session, const oci::Digest& subject, const oci::Digest& digest);

}  // namespace corten::registry
