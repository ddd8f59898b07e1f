#include "runtime/init/loopback.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "runtime/init/namespaces.hpp"

namespace corten::runtime {

Result<> raise_loopback(InitContext& context) {
  if (!makes_namespace(context.linux_part(), oci::NamespaceType::network)) return {};
  const sys::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  // A kernel without IPv4 has no such interface to speak of.
  if (!socket) return {};
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    const int err = errno;
    return fail_errno(err, "bringing up the loopback interface");
  }
  return {};
}

}  // namespace corten::runtime
