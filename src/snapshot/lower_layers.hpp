#pragma once

#include <functional>
#include <optional>
#include <string>

#include "snapshot/whiteout.hpp"
#include "sys/fd.hpp"
#include "sys/file_status.hpp"

namespace corten::snapshot {

/// The trees of committed layers, the topmost first, as a merged view would show them.
class LowerLayers {
 public:
  /// The path of the n-th tree below the base, 0 the topmost; nothing behind the lowest.
  using TreeAt = std::function<Result<std::optional<std::string>>(std::size_t n)>;
  /// Asks for a tree when it gets there: mostly the topmost answers. Base and form must outlive it.
  LowerLayers(sys::BorrowedFd base, TreeAt tree_at, const WhiteoutForm& form)
      : base_(base), tree_at_(std::move(tree_at)), form_(&form) {}

  struct Found {
    sys::UniqueFd parent;
    std::string name;  ///< Empty for the root.
    sys::FileStatus status;
  };
  /// The topmost layer's file of this path (as join_path() makes it, no symlink on the way is followed),
  /// unless a layer between hides it.
  Result<std::optional<Found>> find(const std::string& path) const;

 private:
  enum class Outcome : std::uint8_t { found, missing, hidden };
  Result<Outcome> find_in(const std::string& tree, const std::string& path, Found& found) const;

  sys::BorrowedFd base_;
  TreeAt tree_at_;
  const WhiteoutForm* form_;
};

}  // namespace corten::snapshot
