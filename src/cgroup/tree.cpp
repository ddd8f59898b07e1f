#include "cgroup/tree.hpp"

#include <optional>

namespace corten::cgroup {

Result<std::vector<std::string>> list_tree(const Directory& dir) {
  std::vector<std::string> found{"."};
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::optional<Directory> below;
    if (i > 0) {
      auto next = dir.open_below(found[i]);
      if (!next && next.error().kind() == Errc::not_found) continue;
      if (!next) return std::unexpected(std::move(next).error());
      below = std::move(*next);
    }
    const auto children = (below ? *below : dir).children();
    if (!children) continue;  // removed since it was opened
    for (const auto& name : *children) found.push_back(found[i] == "." ? name : found[i] + "/" + name);
  }
  return found;
}

}  // namespace corten::cgroup
