#pragma once

#include <string>
#include <vector>

#include "image/check.hpp"

namespace corten::image {

struct Repaired {
  std::vector<std::string> done = {};  ///< One line for each thing that was changed.
  CheckReport rest = {};               ///< What is still to be said of the store.
};

/// Mends what can be mended: removes damaged blobs, so that a pull brings them again, and damaged snapshots,
/// which are unpacked again from their blobs; forgets names of which the manifest is lost; makes the database
/// anew from the images; sweeps up after interrupted commands.
Result<Repaired> repair_store(ImageStore& store, CheckDepth depth);

/// Before a store in directory `root` can be opened whose `oci-layout` or `index.json` is damaged, or whose
/// `index.json` is missing: makes new ones. Images are then unnamed: each manifest that is in the store gets
/// an entry. The old file is kept beside as "index.json.damaged-1", or the next number that is free. Under
/// the locks of gc and of the index, and each file is replaced at once: whoever interrupts it leaves the
/// damage to the next repair.
///
/// Damaged is a file whose text is wrong. One that cannot be read is an error, and so is a blob, which might
/// be an image; so is a store of a newer version left alone. One line for each file; nothing if both are
/// sound or `root` is no store.
Result<std::vector<std::string>> repair_layout(const std::string& root);

}  // namespace corten::image
