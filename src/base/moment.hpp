#pragma once

#include <string_view>

#include "base/timestamp.hpp"

namespace corten {

/// A moment as users type it for `until` and `--since`, as Docker reads it (api/types/time GetTimestamp): how
/// long before `now` ("24h", "7d"), seconds since 1970 with or without a fraction, or a date with or without
/// time and zone ("2024-05-01", "2024-05-01T12:30", "2024-05-01T12:30:00.5Z"); without a zone it is that of
/// the process. `what` names the option in the error.
Result<Timestamp> parse_moment(std::string_view text, Timestamp now, std::string_view what);

}  // namespace corten
