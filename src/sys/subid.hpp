#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace corten::sys {

/// Ids that a user may map into user namespaces: one line of /etc/subuid or /etc/subgid (subuid(5)).
struct SubIdRange {
  std::uint32_t start = 0;
  std::uint32_t count = 0;

  bool operator==(const SubIdRange&) const = default;
};

/// The ranges of a user, known by name or number in the file, in file order; empty if there are none. `what`
/// names the file in errors: "/etc/subuid: line 3: ...". Malformed lines of other users are not our business
/// and skipped, as newuidmap does.
Result<std::vector<SubIdRange>> parse_subids(std::string_view text, std::string_view what,
                                             std::string_view user_name, std::uint32_t uid);

}  // namespace corten::sys
