#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "content/names.hpp"
#include "image/disk_usage.hpp"
#include "image/image_store.hpp"

namespace corten::image {

/// Something in the store that is not as it should be.
struct Problem {
  enum class Kind : std::uint8_t {
    names,          ///< index.json cannot be read.
    lost_image,     ///< What a name stands for is missing or no image: `entry`.
    damaged_blob,   ///< Its bytes are not those of its digest: `digest`.
    missing_blob,   ///< Something needs it, or needs another in its place: `digest`.
    damaged_layer,  ///< The snapshot differs from what was recorded, or is not what its name says: `digest`.
    missing_layer,  ///< An image is unpacked but for this one: `digest` is the chain id.
    /// The disk gives an error for a blob or a layer: `digest`. Told and never mended: a disk that fails, or
    /// a cable that is loose, must not empty a store that may be whole.
    unreadable,
    damaged_database,  ///< The file is not whole.
    wrong_summary,     ///< What the database remembers of an image is not so: `digest` is the manifest.
  };

  Kind kind;
  std::string what;    ///< One line, with names.
  std::string advice;  ///< What the user can do.
  std::optional<oci::Digest> digest = {};
  std::optional<content::NamedDescriptor> entry = {};
};

inline constexpr std::string_view kUnreadableAdvice =
    "look at the disk (dmesg); nothing is removed because of it";

enum class CheckDepth : std::uint8_t {
  quick,  ///< What is there and whether it fits together.
  full,   ///< Also every byte of every blob, every snapshot and the database.
};

struct CheckReport {
  std::vector<Problem> problems = {};
  /// What is no problem and yet good to know: leftovers of interrupted commands, files of other owners.
  std::vector<std::string> notes = {};
  std::vector<oci::Descriptor> images = {};  ///< The manifests of all images that could be read.
  Share blobs = {};
  Share layers = {};
};

/// What a quick check reads nevertheless.
struct Suspects {
  std::set<oci::Digest> blobs = {};
  std::set<oci::Digest> layers = {};  ///< Chain ids.
};

/// Looks at everything in the store and changes nothing. Fails where it cannot look: a problem is only what
/// was seen to be wrong, not what could not be opened, locked or understood by this version; nor what others
/// pulled, removed or pruned meanwhile. At the end gc is held off for a moment.
Result<CheckReport> check_store(ImageStore& store, CheckDepth depth, const Suspects& suspects = {});

}  // namespace corten::image
