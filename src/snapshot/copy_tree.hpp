#pragma once

#include <string>

#include "snapshot/attributes.hpp"
#include "snapshot/lower_layers.hpp"
#include "snapshot/whiteout.hpp"
#include "sys/fd.hpp"

namespace corten::snapshot {

/// Makes `name` in `to` a copy of a file of any type but directory: content (shared where the file system
/// can), owner, mode, attributes, times. The name must be free.
Result<> copy_node(const LowerLayers::Found& from, sys::BorrowedFd to, const std::string& name,
                   AttributeSetter& setter);

/// Lays a layer over the tree that the layers below made: what its whiteouts hide goes, what it has replaces.
/// Whiteouts are those of named_whiteouts(). Hard links within the layer stay hard links.
Result<> overlay_tree(sys::BorrowedFd layer, sys::BorrowedFd to, AttributeSetter& setter);

}  // namespace corten::snapshot
