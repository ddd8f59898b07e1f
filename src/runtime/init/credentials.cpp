#include "runtime/init/credentials.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sys/capabilities.hpp"
#include "sys/file.hpp"

namespace corten::runtime {
namespace {

// Where the maps were made without privilege the kernel forbids setgroups(2) (CVE-2014-8989).
bool groups_are_denied(const InitContext& context) {
  const auto file = context.procfs.open_self("setgroups", O_RDONLY);
  if (!file) return false;
  const auto text = sys::read_all(*file, 64);
  return text && text->starts_with("deny");
}

Result<> set_groups(const InitContext& context) {
  const auto& groups = context.process().user.additional_gids;
  if (::setgroups(groups.size(), groups.data()) == 0) return {};
  const int err = errno;
  if (err == EPERM && groups_are_denied(context)) {
    if (groups.empty()) return {};
    return with_hint(fail_errno(err, "process.user.additionalGids"),
                     "the user namespace has one group only: grant a range in /etc/subgid");
  }
  return fail_errno(err, "process.user.additionalGids");
}

std::unexpected<Error> fail_id(int err, std::string_view member, std::uint32_t id) {
  auto failure = fail_errno(err, "{}: becoming {}", member, id);
  if (err != EINVAL) return failure;
  return with_hint(std::move(failure), "the id must be in the id mappings of the container");
}

}  // namespace

Result<> become_user(InitContext& context) {
  const auto& user = context.process().user;
  TRY(set_groups(context));
  if (::setresgid(user.gid, user.gid, user.gid) != 0) {
    const int err = errno;
    return fail_id(err, "process.user.gid", user.gid);
  }
  if (::setresuid(user.uid, user.uid, user.uid) != 0) {
    const int err = errno;
    return fail_id(err, "process.user.uid", user.uid);
  }
  (void)::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  // The change of the user took the effective set; it is needed for what is left, such as a directory that
  // only root may enter.
  auto sets = TRY(sys::get_capabilities());
  sets.effective = sets.permitted;
  TRY(sys::set_capabilities(sets));
  if (user.umask) ::umask(*user.umask);
  return {};
}

}  // namespace corten::runtime
