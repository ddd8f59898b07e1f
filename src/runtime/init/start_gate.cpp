#include "runtime/init/start_gate.hpp"

#include "sys/socket.hpp"

namespace corten::runtime {

Result<> wait_for_start(InitContext& context) {
  if (!context.plan.start_listener) return {};
  const auto place = *context.plan.start_listener;
  const auto listener = TRY(context.fd_at(place));
  context.start_connection = TRY_CTX(sys::accept_connection(listener), "waiting for start");
  // A second `start` finds nobody listening.
  context.fds[place].reset();
  // The command that created us is gone, or waits for this.
  context.channel = Channel(sys::UniqueFd());
  return {};
}

}  // namespace corten::runtime
