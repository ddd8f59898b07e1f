#pragma once

#include "cli/io.hpp"
#include "image/remove.hpp"

namespace corten::cli {

/// "Deleted Images:" and a line for each, then an empty one; nothing if there are none.
Result<> print_pruned_images(const Io& io, const image::Removals& removals);

/// "Total reclaimed space: 1.2GB"
Result<> print_reclaimed(const Io& io, std::uint64_t bytes);

}  // namespace corten::cli
