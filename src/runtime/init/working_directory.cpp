#include "runtime/init/working_directory.hpp"

#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

Result<> change_to(const std::string& path) {
  if (::chdir(path.c_str()) != 0) {
    const int err = errno;
    return fail_errno(err, "changing to '{}'", printable(path));
  }
  return {};
}

}  // namespace

Result<> make_working_directory(InitContext& context) {
  const auto& cwd = context.process().cwd;
  if (cwd.empty()) return {};
  const auto made = sys::mkdir_all_in_root(context.root, cwd, 0755, context.kernel);
  // If it is needed and cannot be made, entering it says why.
  (void)made;
  return {};
}

Result<> enter_working_directory(InitContext& context) {
  const auto& cwd = context.process().cwd;
  auto changed = change_to(cwd.empty() ? "/" : cwd);
  if (!changed && changed.error().errnum() == EACCES) return change_to("/");
  return changed;
}

Result<> check_working_directory(InitContext& context) {
  const auto& cwd = context.process().cwd;
  if (!cwd.empty()) TRY(change_to(cwd));
  std::array<char, PATH_MAX> path{};
  // The kernel says "(unreachable)/..." for a directory outside of the root; glibc makes that ENOENT.
  const char* found = ::getcwd(path.data(), path.size());
  if (found != nullptr && found[0] == '/') return {};
  return fail(Errc::permission_denied, "'{}' is outside of the container's root", printable(cwd));
}

}  // namespace corten::runtime
