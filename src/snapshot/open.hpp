#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "snapshot/snapshotter.hpp"
#include "sys/path_arg.hpp"

namespace corten::snapshot {

enum class Driver : std::uint8_t {
  overlay,  ///< Layers are directories that the kernel stacks: nothing is copied. Linux 5.11 for non-root.
  copy,     ///< Each active snapshot is a copy of its layers: slow and large, works on every file system.
};

Result<Driver> parse_driver(std::string_view text);
std::string_view to_string(Driver driver);

/// Opens the snapshots in directory `store` (below `layers/`, `links/` and `active/`), which are made if
/// missing. Without `wanted` it is the driver that the store has been used with, and for a new store overlay
/// if a trial of what it needs works there, else copy. failed_precondition when the store belongs to another
/// driver than the wanted one.
Result<std::unique_ptr<Snapshotter>> open_snapshotter(sys::PathArg store,
                                                      std::optional<Driver> wanted = std::nullopt);

}  // namespace corten::snapshot
