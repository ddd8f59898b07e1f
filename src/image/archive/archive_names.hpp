#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/reference.hpp"

namespace corten::image {

/// More than anybody gives one image; each is a line of index.json that every later command reads.
inline constexpr std::size_t kMaxNamesOfImage = 10'000;

/// A name of an image as an archive claims it. Nothing, with the reason in `problems`, for a text that is no
/// name and for one with a digest: what a digest stands for is not the archive's to say.
std::optional<oci::Reference> take_archive_name(std::string_view text, std::vector<std::string>& problems);

}  // namespace corten::image
