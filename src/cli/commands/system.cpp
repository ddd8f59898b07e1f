#include "cli/commands/all.hpp"

namespace corten::cli {

constexpr Command kSystemCommand{
    .path = "system",
    .group = Group::management,
    .summary = "Look after corten itself",
};

}  // namespace corten::cli
