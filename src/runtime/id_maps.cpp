#include "runtime/id_maps.hpp"

#include "base/log.hpp"
#include "base/strings.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/subid.hpp"
#include "sys/users.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{16} * 1024 * 1024;

std::vector<sys::IdMapping> convert(const std::vector<oci::IdMapping>& mappings) {
  std::vector<sys::IdMapping> converted;
  converted.reserve(mappings.size());
  for (const auto& mapping : mappings) {
    converted.push_back({.inside = mapping.container_id, .outside = mapping.host_id, .count = mapping.size});
  }
  return converted;
}

Result<std::vector<sys::IdMapping>> own_and_ranges(const char* file, std::uint32_t own_id) {
  std::vector<sys::IdMapping> mappings = {{.inside = 0, .outside = own_id, .count = 1}};
  const auto text = sys::read_file(sys::BorrowedFd::cwd(), file, kMaxFileBytes);
  if (!text) return mappings;
  const auto me = sys::current_user();
  const auto user = TRY(sys::find_host_user(me.uid));
  const auto ranges = TRY(sys::parse_subids(*text, file, user ? user->name : std::string(), me.uid));
  std::uint32_t inside = 1;
  for (const auto& range : ranges) {
    mappings.push_back({.inside = inside, .outside = range.start, .count = range.count});
    inside += range.count;
  }
  return mappings;
}

Result<sys::IdMaps> default_maps() {
  const auto me = sys::current_user();
  auto uids = TRY(own_and_ranges("/etc/subuid", me.uid));
  auto gids = TRY(own_and_ranges("/etc/subgid", me.gid));
  sys::IdMaps maps{.uids = std::move(uids), .gids = std::move(gids)};
  const bool helpers = sys::find_program("newuidmap") && sys::find_program("newgidmap");
  if (helpers && maps.uids.size() > 1 && maps.gids.size() > 1) return maps;
  log::warning("the container has only one user and group id, because {}",
               helpers
                   ? "/etc/subuid or /etc/subgid has none for this user (usermod --add-subuids 100000-165535 "
                     "--add-subgids 100000-165535 USER)"
                   : "newuidmap and newgidmap are not installed (apt install uidmap)");
  maps.uids.resize(1);
  maps.gids.resize(1);
  return maps;
}

}  // namespace

Result<sys::IdMaps> choose_id_maps(const oci::Linux& part, bool rootless) {
  if (!part.uid_mappings.empty()) {
    sys::IdMaps maps{.uids = convert(part.uid_mappings), .gids = convert(part.gid_mappings)};
    TRY_CTX(sys::check_id_mappings(maps.uids), "config.json: linux.uidMappings");
    TRY_CTX(sys::check_id_mappings(maps.gids), "config.json: linux.gidMappings");
    return maps;
  }
  if (!rootless) {
    return fail(Errc::invalid_argument,
                "config.json: linux.uidMappings: is missing, the new user namespace needs it");
  }
  return default_maps();
}

}  // namespace corten::runtime
