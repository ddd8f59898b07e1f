#pragma once

#include <string>
#include <vector>

#include "registry/session.hpp"

namespace corten::registry {

/// Repository::list_tags() for one endpoint. not_found when the registry does not know the repository;
/// data_loss for what is no tag, and beyond a million of them.
Result<std::vector<std::string>> list_tags(Session& session);

}  // namespace corten::registry
