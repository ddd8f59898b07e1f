#include "cli/commands/all.hpp"

namespace corten::cli {

constexpr Command kImageCommand{
    .path = "image",
    .group = Group::management,
    .summary = "Manage images",
};

}  // namespace corten::cli
