#pragma once

#include "snapshot/whiteout.hpp"
#include "sys/fd.hpp"

namespace corten::snapshot {

/// Tries what the overlay driver needs in a scratch directory among the layers, with the attributes that it
/// would use: making whiteouts and opaque directories, and in a child with a mount namespace of its own (and
/// a user namespace, unless root) a mount that shows them rightly and can be written to. An error says what
/// cannot be done; nothing is left over. Under the exclusive store lock, or a sweep takes the scratch
/// directory for a leftover.
Result<> try_overlay(sys::BorrowedFd layers, OverlayAttributes attributes);

/// The trusted attributes where this process may set them.
Result<OverlayAttributes> choose_attributes(sys::BorrowedFd layers);

}  // namespace corten::snapshot
