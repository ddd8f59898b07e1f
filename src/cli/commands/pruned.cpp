#include "cli/commands/pruned.hpp"

#include <string>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "base/units.hpp"

namespace corten::cli {

Result<> print_pruned_images(const Io& io, const image::Removals& removals) {
  std::string lines;
  for (const auto& removal : removals.removed) {
    for (const auto& name : removal.untagged) lines += fmt::format("untagged: {}\n", printable(name));
    for (const auto& id : removal.deleted_images) lines += fmt::format("deleted: {}\n", id.to_string());
    for (const auto& chain : removal.deleted_layers) lines += fmt::format("deleted: {}\n", chain.to_string());
  }
  return lines.empty() ? Result<>() : io.print(fmt::format("Deleted Images:\n{}\n", lines));
}

Result<> print_reclaimed(const Io& io, std::uint64_t bytes) {
  return io.print(fmt::format("Total reclaimed space: {}\n", format_size_decimal(bytes)));
}

}  // namespace corten::cli
