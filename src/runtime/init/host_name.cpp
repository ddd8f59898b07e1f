#include "runtime/init/host_name.hpp"

#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"

namespace corten::runtime {

Result<> set_host_name(InitContext& context) {
  const auto& host = context.plan.spec.hostname;
  const auto& domain = context.plan.spec.domainname;
  if (host.empty() && domain.empty()) return {};
  // Without one it would rename the machine.
  if (context.linux_part().find_namespace(oci::NamespaceType::uts) == nullptr) {
    return fail(Errc::invalid_argument, "hostname: a container without a uts namespace has the host's");
  }
  if (!host.empty() && ::sethostname(host.data(), host.size()) != 0) {
    const int err = errno;
    return fail_errno(err, "hostname: setting '{}'", printable(host));
  }
  if (!domain.empty() && ::setdomainname(domain.data(), domain.size()) != 0) {
    const int err = errno;
    return fail_errno(err, "domainname: setting '{}'", printable(domain));
  }
  return {};
}

}  // namespace corten::runtime
