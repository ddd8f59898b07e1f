#pragma once

#include "content/store.hpp"
#include "oci/index.hpp"
#include "sys/lock.hpp"

namespace corten::content {

/// The index.json of a store: read as a whole, and replaced as a whole by whoever holds its lock. For Names,
/// and for repair.
Result<oci::Index> load_index(const Store& store);

/// Waits for other writers.
Result<sys::FileLock> lock_index(const Store& store);

enum class Reserve : std::uint8_t {
  keep,  ///< For who adds names: the room is for removing them.
  use,   ///< Given up where the disk has no room otherwise.
};

/// On disk when it returns; on failure the old file is as before. Fails for what load_index() would refuse.
Result<> save_index(const Store& store, const oci::Index& index, Reserve reserve);

}  // namespace corten::content
