#pragma once

#include <memory>

#include "snapshot/snapshotter.hpp"
#include "snapshot/store_files.hpp"
#include "snapshot/whiteout.hpp"

namespace corten::snapshot {

/// Layers that the kernel stacks (overlayfs).
std::unique_ptr<Snapshotter> make_overlay_driver(StoreFiles files, OverlayAttributes attributes);

/// Layers that are copied, one over the other, into each active snapshot.
std::unique_ptr<Snapshotter> make_copy_driver(StoreFiles files);

}  // namespace corten::snapshot
