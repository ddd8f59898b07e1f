#pragma once

#include "image/check_images.hpp"

namespace corten::image {

/// What failing to read a thing says of it.
enum class Fault : std::uint8_t {
  gone,        ///< Removed meanwhile.
  damaged,     ///< It was read, and is not what it should be.
  unreadable,  ///< The disk or the file system gives an error: it may be whole, on another day or machine.
  unknown,     ///< Nothing: no permission, too many open files, locked.
};
Fault fault_of(const Error& error);

/// Tells in `report` what a failure to read the blob says of it, and notes it in `inventory`. Fails with
/// `error` itself if that says nothing of the blob.
Result<> tell_blob_fault(const oci::Digest& digest, const Error& error, Inventory& inventory,
                         CheckReport& report);

}  // namespace corten::image
