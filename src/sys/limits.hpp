#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.hpp"

namespace corten::sys {

/// A resource limit; kUnlimited means none.
struct ResourceLimit {
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;

  bool operator==(const ResourceLimit&) const = default;
};
constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

/// `resource` is an RLIMIT_* of <sys/resource.h>; `pid` 0 is the caller.
Result<ResourceLimit> get_resource_limit(int resource, pid_t pid = 0);

/// Raising the hard limit needs CAP_SYS_RESOURCE: permission_denied without it.
Result<> set_resource_limit(int resource, ResourceLimit limit, pid_t pid = 0);

}  // namespace corten::sys
