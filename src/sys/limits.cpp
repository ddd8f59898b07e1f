#include "sys/limits.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <type_traits>

namespace corten::sys {

static_assert(RLIM_INFINITY == kUnlimited);

namespace {

// glibc types the resource as an enumeration in C++.
using Resource = std::remove_cv_t<decltype(RLIMIT_NOFILE)>;
auto to_resource(int resource) { return static_cast<Resource>(resource); }

}  // namespace

Result<ResourceLimit> get_resource_limit(int resource, pid_t pid) {
  rlimit limit{};
  if (::prlimit(pid, to_resource(resource), nullptr, &limit) != 0) {
    const int err = errno;
    return fail_errno(err, "reading resource limit {} of process {}", resource, pid);
  }
  return ResourceLimit{.soft = limit.rlim_cur, .hard = limit.rlim_max};
}

Result<> set_resource_limit(int resource, ResourceLimit limit, pid_t pid) {
  const rlimit wanted{.rlim_cur = limit.soft, .rlim_max = limit.hard};
  if (::prlimit(pid, to_resource(resource), &wanted, nullptr) != 0) {
    const int err = errno;
    return fail_errno(err, "setting resource limit {} of process {}", resource, pid);
  }
  return {};
}

}  // namespace corten::sys
