#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/timestamp.hpp"
#include "image/catalog.hpp"
#include "term/format.hpp"

namespace corten::cli {

enum class Ids : std::uint8_t { shortened, whole };
/// Whether an image that has a tag and digests of one repository is shown with its digests.
enum class Digests : std::uint8_t { hidden, shown };

/// Which fields a row has.
enum class Fields : std::uint8_t {
  all,
  of_tables,  ///< Not CreatedAt: only --format asks for it, and the rules of the time zone cost.
};

struct ImageRowOptions {
  Ids ids = Ids::shortened;
  Digests digests = Digests::hidden;
  Fields fields = Fields::all;
  Timestamp now;
};

/// What is known of an image only where disk usage was measured.
struct ImageSharing {
  std::uint64_t shared_bytes = 0;
  std::uint64_t unique_bytes = 0;
};

/// What the format may print.
Fields fields_for(const term::FormatSpec& format);

/// The rows that `docker images` has for one image, with the fields of its --format: one for each tag, or for
/// each digest of a repository without tags, or one of "<none>".
void append_image_rows(const image::ImageRecord& image, const ImageRowOptions& options,
                       const std::optional<ImageSharing>& sharing, std::vector<term::ListRow>& rows);

/// "3 hours ago"; "N/A" without a time.
std::string format_since(const std::optional<Timestamp>& time, Timestamp now);

/// "2024-05-01 14:00:00 +0200 CEST"; "N/A" without a time.
std::string format_created_at(const std::optional<Timestamp>& time);

std::string format_id(const oci::Digest& id, Ids ids);

}  // namespace corten::cli
