#pragma once

#include <string>

#include "base/timestamp.hpp"

/// Times in the time zone of the process (TZ, /etc/localtime), as Docker's command line shows them.
namespace corten {

/// "2024-05-01 14:00:00 +0200 CEST": what Go prints of a time, to the second.
std::string format_local_time(Timestamp time);

/// "2024-05-01T14:00:00+02:00", with "Z" for UTC.
std::string format_local_rfc3339(Timestamp time);

/// The moment that a clock in this zone shows as the given one shows in UTC: with `time` parsed from
/// "2024-05-01T14:00:00Z" in Berlin, that is 12:00 UTC.
Timestamp local_to_utc(Timestamp time);

}  // namespace corten
