#include "runtime/init/descriptors.hpp"

namespace corten::runtime {

Result<> close_descriptors(InitContext& context) {
  const int first = 3 + static_cast<int>(context.plan.preserve_fds);
  const int err = sys::mark_cloexec_from(first, context.kernel.close_range);
  if (err != 0) return fail_errno(err, "marking descriptors from {} on to be closed", first);
  return {};
}

}  // namespace corten::runtime
