#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sys/directory.hpp"
#include "sys/fd.hpp"

namespace corten::snapshot {

/// A file met on a walk.
struct TreeEntry {
  sys::BorrowedFd directory;  ///< Open for reading; the one that holds it.
  const std::string& path;    ///< Of that directory below the root; empty for the root.
  const std::string& name;
  sys::FileType type;
};

/// Visits everything below `root`, directories before what is in them, in the order of the file system.
/// Follows no symlink; any depth that a path can name, with one open directory at a time. What the visitor
/// removes is not entered.
Result<> walk_tree(sys::BorrowedFd root, const std::function<Result<>(const TreeEntry&)>& visit);

struct TreeSize {
  std::uint64_t size_bytes = 0;  ///< Content of regular files; one with several names counts once.
  std::uint64_t entries = 0;     ///< Names.

  bool operator==(const TreeSize&) const = default;
};
Result<TreeSize> measure_tree(sys::BorrowedFd root);

}  // namespace corten::snapshot
