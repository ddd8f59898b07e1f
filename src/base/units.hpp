#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten {

/// A size as users type it for memory and storage: `512`, `64k`, `2g`, `1.5GiB`, `10 MB`. Units are powers of
/// 1024 with or without the `i`, as Docker reads them (go-units RAMInBytes); a bare number is bytes; case
/// does not matter. `what` names the option in the error. Refuses negative sizes and those over 2^63 - 1.
Result<std::int64_t> parse_size_bytes(std::string_view text, std::string_view what);

/// Powers of 1000 and four digits, as in `docker system df`: "1.254GB", "13.3kB", "999B".
std::string format_size_decimal(std::uint64_t bytes);

/// Powers of 1000 and three digits, as in the lists of `docker images` and `docker history`: "1.25GB",
/// "78.1MB".
std::string format_size_short(std::uint64_t bytes);

/// Powers of 1024 and four digits, as in `docker stats`: "1.5GiB", "64MiB".
std::string format_size_binary(std::uint64_t bytes);

/// A duration as users type it: `30s`, `1m30s`, `1.5h`, `250ms`, and also `7d` and `2w`. The units of Go
/// (ns us µs ms s m h) and two more. A bare number is refused, except `0`. Refuses overflow (about 292
/// years).
Result<std::chrono::nanoseconds> parse_duration(std::string_view text, std::string_view what);

/// The form that Go prints: "1m30s", "1.5s", "250ms", "0s"; parse_duration reads it back.
std::string format_duration(std::chrono::nanoseconds duration);

/// How long ago, for tables: "Less than a second", "5 seconds", "About a minute", "3 hours", "2 weeks", as in
/// `docker ps` (go-units HumanDuration).
std::string format_age(std::chrono::nanoseconds age);

}  // namespace corten
