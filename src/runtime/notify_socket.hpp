#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "oci/runtime_spec/spec.hpp"
#include "runtime/state_store.hpp"
#include "sys/fd.hpp"

/// sd_notify(3) out of a container. A service manager that starts us with NOTIFY_SOCKET waits until the
/// program is ready, but its socket is none of the container's business: the program gets one of ours, as
/// with runc, and of what it says only READY=1 is passed on.
namespace corten::runtime {

/// For `create`, when the variable is set: a directory beside the record, shown at /run/notify, and the
/// variable for the program. The socket in it is made by who starts the container.
Result<> offer_notify_socket(const ContainerDirectory& directory, oci::Spec& spec);

class NotifyRelay {
 public:
  /// Makes the socket; nothing when the variable is not set or was not when the container was created.
  static Result<std::optional<NotifyRelay>> begin(const ContainerDirectory& directory);

  /// Readable when the program said something: for poll().
  const sys::UniqueFd& fd() const { return socket_; }

  /// Takes one message. True once the program is ready, which the service manager is told then; with
  /// `main_process` also which process to watch in our place, 0 for none.
  Result<bool> serve(pid_t main_process);

 private:
  NotifyRelay(sys::UniqueFd socket, std::string manager)
      : socket_(std::move(socket)), manager_(std::move(manager)) {}

  sys::UniqueFd socket_;
  std::string manager_;  // the path of its socket
};

/// For a command that leaves the container alone: returns when the program is ready, or has ended.
Result<> wait_until_ready(NotifyRelay& relay, const ContainerRecord& record);

}  // namespace corten::runtime
