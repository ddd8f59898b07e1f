#pragma once

/// Names inside a store's directory that no specification gives; the others are in oci/image_layout.hpp.
namespace corten::content {

inline constexpr auto kIngestsDirectory = "ingests";
inline constexpr auto kLeasesDirectory = "leases";
/// Held shared while a lease takes a blob, exclusively by gc from its first look to its last removal.
inline constexpr auto kGcLockFile = "gc.lock";
/// Room that is given up when a full disk leaves none to remove a name.
inline constexpr auto kReserveFile = "reserve";
/// Held by whoever rewrites index.json.
inline constexpr auto kIndexLockFile = "index.lock";

}  // namespace corten::content
