#include "cli/commands/all.hpp"

namespace corten::cli {

constexpr Command kArtifactCommand{
    .path = "artifact",
    .group = Group::management,
    .summary = "Attach files to images in registries",
};

}  // namespace corten::cli
