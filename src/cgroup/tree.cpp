#include "cgroup/tree.hpp"

namespace corten::cgroup {

Result<std::vector<std::string>> list_tree(const Directory& dir) {
  std::vector<std::string> found{"."};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto next = dir.open_below(found[i]);
    if (!next && next.error().kind() == Errc::not_found) continue;
    if (!next) return std::unexpected(next.error().clone());
    const auto children = next->children();
    if (!children) continue;  // removed since it was opened
    for (const auto& name : *children) found.push_back(found[i] == "." ? name : found[i] + "/" + name);
  }
  return found;
}

}  // namespace corten::cgroup
