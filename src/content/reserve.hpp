#pragma once

#include "content/store.hpp"

namespace corten::content {

/// A file of a megabyte that holds nothing. Removing things from a store takes a little room first, which a
/// full disk does not have: then this file goes, and comes back with the next name that is set.

/// Makes it, where there is none and the file system can reserve room. Failing does not matter.
void keep_reserve(const Store& store);

/// Gives its room to whoever writes next; success when there is none.
Result<> release_reserve(const Store& store);

/// Whether something failed for want of room, on the disk or in somebody's quota.
bool says_no_room(const Error& error);

}  // namespace corten::content
