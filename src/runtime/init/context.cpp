#include "runtime/init/context.hpp"

#include <algorithm>

namespace corten::runtime {

const oci::Linux& InitContext::linux_part() const {
  static const oci::Linux none;
  return plan.spec.linux_part ? *plan.spec.linux_part : none;
}

const oci::Process& InitContext::process() const {
  static const oci::Process none;
  return plan.spec.process ? *plan.spec.process : none;
}

bool InitContext::joins_namespaces() const {
  return is_exec() || std::ranges::any_of(linux_part().namespaces,
                                          [](const oci::Namespace& each) { return !each.path.empty(); });
}

Result<sys::BorrowedFd> InitContext::fd_at(std::uint32_t place) const {
  if (place < fds.size()) return sys::BorrowedFd(fds[place]);
  return fail(Errc::invalid_argument, "the plan names descriptor {} of {}", place, fds.size());
}

}  // namespace corten::runtime
