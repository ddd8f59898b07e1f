#include "runtime/init/outer_limits.hpp"

#include <algorithm>

#include "runtime/init/limits.hpp"
#include "sys/limits.hpp"

namespace corten::runtime {
namespace {

Result<> raise_hard_limit(const oci::Rlimit& limit) {
  const int resource = TRY(parse_limit_name(limit.type));
  auto now = TRY(sys::get_resource_limit(resource));
  if (limit.hard <= now.hard) return {};
  now.hard = limit.hard;
  return sys::set_resource_limit(resource, now);
}

}  // namespace

Result<> set_outer_limits(const InitContext& context) {
  const auto& process = context.process();
  if (process.oom_score_adj) {
    TRY_CTX(context.procfs.write_self("oom_score_adj", std::to_string(*process.oom_score_adj)),
            "process.oomScoreAdj");
  }
  for (const auto& limit : process.rlimits) {
    TRY_CTX(raise_hard_limit(limit), "process.rlimits: raising {} to {}", limit.type, limit.hard);
  }
  return {};
}

}  // namespace corten::runtime
