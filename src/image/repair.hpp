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

/// Before a store with damaged `oci-layout` or `index.json` in directory `root` can be opened: moves those
/// aside
/// (".damaged" is added), so that new ones are made. Images are then unnamed: each manifest that is in the
/// store gets an entry. One line for each file; nothing if both are sound or `root` is no store.
Result<std::vector<std::string>> repair_layout(const std::string& root);

}  // namespace corten::image
