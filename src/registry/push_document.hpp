#pragma once

#include <string_view>

#include "base/result.hpp"
#include "oci/digest.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// Repository::push_document() for one endpoint. invalid_argument when the bytes are no manifest or index,
/// or `tag_or_digest` is a digest that is not theirs; data_loss when the registry stored something else.
Result<> push_document(Session& session, std::string_view bytes, std::string_view media_type,
                       std::string_view tag_or_digest);

/// Only the PUT, without a look at the subject; whether the registry registered the subject itself
/// (OCI-Subject).
Result<bool> put_document(Session& session, std::string_view bytes, std::string_view media_type,
                          std::string_view tag_or_digest);

/// Repository::delete_document() for one endpoint. unsupported when the registry deletes nothing.
Result<> delete_document(Session& session, const oci::Digest& digest);

}  // namespace corten::registry
