#pragma once

#include <string_view>
#include <vector>

#include "oci/descriptor.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// Repository::list_referrers() for one endpoint: the referrers API, page by page, or the tag schema where
/// the registry does not know it (404). Filtered here when the registry has not done so. Empty when nothing
/// refers to the subject, whether it exists or not.
Result<std::vector<oci::Descriptor>> list_referrers(Session& session, const oci::Digest& subject,
                                                    std::string_view artifact_type = {});

}  // namespace corten::registry
