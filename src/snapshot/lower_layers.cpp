#include "snapshot/lower_layers.hpp"

#include <fcntl.h>

#include <cerrno>

#include "snapshot/layer_path.hpp"
#include "sys/file.hpp"

namespace corten::snapshot {

Result<std::optional<LowerLayers::Found>> LowerLayers::find(const std::string& path) const {
  for (std::size_t n = 0;; ++n) {
    const auto tree = TRY(tree_at_(n));
    if (!tree) return std::nullopt;
    Found found;
    const auto outcome = TRY(find_in(*tree, path, found));
    if (outcome == Outcome::found) return found;
    if (outcome == Outcome::hidden) return std::nullopt;
  }
}

Result<LowerLayers::Outcome> LowerLayers::find_in(const std::string& tree, const std::string& path,
                                                  Found& found) const {
  auto directory = TRY(sys::openat(base_, tree, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  bool cut_off = TRY(form_->is_opaque(directory));
  auto components = path_components(path);
  if (!components.empty()) {
    found.name = components.back();
    components.pop_back();
  }
  for (const auto component : components) {
    const std::string name(component);
    const bool hidden = TRY(form_->hides(directory, name));
    auto next = sys::openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (!next && next.error().errnum() == ENOENT)
      return cut_off || hidden ? Outcome::hidden : Outcome::missing;
    if (!next && next.error().errnum() == ENOTDIR) return Outcome::hidden;
    if (!next) return std::unexpected(std::move(next).error());
    cut_off = cut_off || hidden;
    directory = std::move(*next);
    const bool opaque = TRY(form_->is_opaque(directory));
    cut_off = cut_off || opaque;
  }
  if (found.name.empty()) {
    found.status = TRY(sys::fstat(directory));
    found.parent = std::move(directory);
    return Outcome::found;
  }
  const auto mark = TRY(form_->is_mark(directory, found.name));
  const auto status = TRY(sys::find_status(directory, found.name));
  if (!status || mark) {
    const bool hidden = TRY(form_->hides(directory, found.name));
    return hidden || cut_off ? Outcome::hidden : Outcome::missing;
  }
  found.status = *status;
  found.parent = std::move(directory);
  return Outcome::found;
}

}  // namespace corten::snapshot
