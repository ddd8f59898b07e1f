#pragma once

/// Names inside a store of snapshots.
namespace corten::snapshot {

/// Who the store belongs to: JSON, made with the store.
inline constexpr auto kStoreFile = "snapshots.json";
/// Held shared while something is published or built upon, exclusively by whoever takes something away.
inline constexpr auto kStoreLock = "snapshots.lock";

inline constexpr auto kLayersDirectory = "layers";  ///< One directory per committed layer, by chain id.
inline constexpr auto kLinksDirectory = "links";    ///< Short names of layers, for the mount options.
inline constexpr auto kActiveDirectory = "active";  ///< One directory per active snapshot, by key.

/// In the directory of a layer or an active snapshot.
inline constexpr auto kTreeDirectory = "fs";
inline constexpr auto kWorkDirectory = "work";
inline constexpr auto kRecordFile = "record.json";
/// Held exclusively by whoever builds it, gone when it is published.
inline constexpr auto kBuildLock = "lock";

/// Prefixes of what is being built or removed: no chain id and no key starts with a dot.
inline constexpr auto kBuilding = ".new-";
inline constexpr auto kRemoving = ".old-";

}  // namespace corten::snapshot
