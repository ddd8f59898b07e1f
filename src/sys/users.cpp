#include "sys/users.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "sys/id_map.hpp"

namespace corten::sys {

CurrentUser current_user() { return {.uid = ::geteuid(), .gid = ::getegid()}; }

std::uint32_t outer_uid() {
  const auto uid = current_user().uid;
  const auto told = find_env(kOuterUidVariable);
  if (!told || uid != 0) return uid;
  const auto maps = current_id_maps();
  if (!maps || maps->uids.empty()) return uid;
  // The root of a machine may have inherited the variable too; its own id is mapped to itself.
  const auto& own = maps->uids.front();
  return own.inside == 0 && *told == std::to_string(own.outside) ? own.outside : uid;
}

Result<std::optional<HostUser>> find_host_user(std::uint32_t uid) {
  constexpr std::size_t kMaxBytes = std::size_t{1024} * 1024;
  std::vector<char> buffer(1024);
  while (true) {
    passwd entry{};
    passwd* found = nullptr;
    const int err = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (err == ERANGE && buffer.size() < kMaxBytes) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (err == EINTR) continue;
    if (found != nullptr) return HostUser{.name = found->pw_name, .home = found->pw_dir};
    // getpwuid_r(3): any of these may mean "not found".
    if (err == 0 || err == ENOENT || err == ESRCH || err == EBADF || err == EPERM) return std::nullopt;
    return fail_errno(err, "looking up user {}", uid);
  }
}

Result<std::string> home_directory() {
  if (auto home = find_nonempty_env("HOME"); home && home->starts_with('/')) return std::move(*home);
  const auto uid = outer_uid();
  const auto user = TRY(find_host_user(uid));
  if (user && user->home.starts_with('/')) return user->home;
  return with_hint(fail(Errc::not_found, "user {} has no home directory", uid), "set HOME");
}

}  // namespace corten::sys
