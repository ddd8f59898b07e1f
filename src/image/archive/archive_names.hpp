#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/reference.hpp"

namespace corten::image {

/// A name of an image as an archive claims it. Nothing, with the reason in `problems`, for a text that is no
/// name and for one with a digest: what a digest stands for is not the archive's to say.
std::optional<oci::Reference> take_archive_name(std::string_view text, std::vector<std::string>& problems);

}  // namespace corten::image
