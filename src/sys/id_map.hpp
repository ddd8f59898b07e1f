#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sys/fd.hpp"

/// The id maps of user namespaces (user_namespaces(7)).
namespace corten::sys {

/// `count` ids from `inside` on stand for those from `outside` on in the parent namespace.
struct IdMapping {
  std::uint32_t inside = 0;
  std::uint32_t outside = 0;
  std::uint32_t count = 0;

  bool operator==(const IdMapping&) const = default;
};

struct IdMaps {
  std::vector<IdMapping> uids;
  std::vector<IdMapping> gids;
};

/// What the kernel would answer with a bare EINVAL: an empty map, more than 340 lines, empty ranges, ranges
/// that overflow or overlap on either side.
Result<> check_id_mappings(std::span<const IdMapping> mappings);

/// The text of /proc/PID/uid_map, both ways.
std::string format_id_map(std::span<const IdMapping> mappings);
Result<std::vector<IdMapping>> parse_id_map(std::string_view text);

/// The maps of the namespace we are in.
Result<IdMaps> current_id_maps();

/// How the maps get to the kernel.
enum class IdMapWriter : std::uint8_t {
  automatic,  ///< Directly where the kernel allows it, else by the helpers.
  direct,     ///< With CAP_SETUID and CAP_SETGID, or mapping only our own id.
  helpers,    ///< The setuid programs newuidmap and newgidmap, for the ranges of /etc/subuid and /etc/subgid.
};

/// Gives a process in a new user namespace its maps, once. `pid` is a child that waits for it. Mapping only
/// our own group without privileges takes setgroups(2) away inside, as the kernel demands (CVE-2014-8989).
/// failed_precondition with the package to install when the helpers are needed and missing.
Result<> write_id_maps(pid_t pid, const IdMaps& maps, IdMapWriter writer = IdMapWriter::automatic);

/// A user namespace with these maps and no process in it, for idmapped mounts.
Result<UniqueFd> create_user_namespace(const IdMaps& maps, IdMapWriter writer = IdMapWriter::automatic);

}  // namespace corten::sys
