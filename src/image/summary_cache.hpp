#pragma once

#include <map>
#include <optional>

#include "db/database.hpp"
#include "image/catalog.hpp"

namespace corten::image {

/// The rows of table `images`. A row that cannot be read is as if it were not there: it is a cache.
Result<std::map<oci::Digest, ImageSummary>> load_summaries(const db::Database& database,
                                                           Details details = Details::included);
Result<std::optional<ImageSummary>> find_summary(const db::Database& database, const oci::Digest& manifest);
Result<> save_summary(const db::Database& database, const ImageSummary& summary);
Result<> forget_summary(const db::Database& database, const oci::Digest& manifest);

}  // namespace corten::image
