#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace corten::sys {

/// Who runs this process, effective ids: what the kernel checks.
struct CurrentUser {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  bool is_root() const { return uid == 0; }
};
CurrentUser current_user();

/// For the environment of a process that is started as root of a user namespace made for an ordinary user:
/// the id of that user.
inline constexpr auto kOuterUidVariable = "_CORTEN_OUTER_UID";

/// Whose settings and store count: the effective user, but in such a namespace the user it was made for. The
/// variable is believed only where the namespace's map says the same, so it cannot be set from outside.
std::uint32_t outer_uid();

struct HostUser {
  std::string name;
  std::string home;
};

/// The host's entry for a user, from /etc/passwd or whatever directory the host asks (getpwuid_r). Nothing
/// when it has none: containers often run under bare numbers.
Result<std::optional<HostUser>> find_host_user(std::uint32_t uid);

/// HOME if set to an absolute path, else the entry's of outer_uid(); not_found when neither says.
Result<std::string> home_directory();

}  // namespace corten::sys
