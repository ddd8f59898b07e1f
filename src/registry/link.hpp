#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::registry {

/// Where the next page is, by the Link headers of an answer (RFC 8288 section 3):
///   </v2/a/tags/list?n=100&last=x>; rel="next"
/// Other relations are passed over. Nothing when there is no next page. data_loss with the position when a
/// header is malformed.
Result<std::optional<std::string>> find_next_link(std::span<const std::string_view> headers);

}  // namespace corten::registry
