#pragma once

// Internal to src/oci: the index.json of a layout without a JSON document in between.

#include <optional>
#include <string_view>

#include "oci/document.hpp"
#include "oci/index.hpp"

namespace corten::oci {

/// What parse_document() would read of an index that a layout's index.json is, for the members that layouts
/// are written with. Nothing for any other text, be it right or wrong: parse_document() knows.
std::optional<Index> scan_index(std::string_view bytes, const DocumentLimits& limits);

}  // namespace corten::oci
