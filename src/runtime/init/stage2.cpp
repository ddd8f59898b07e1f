#include "runtime/init/stage2.hpp"

#include <unistd.h>

#include <exception>

#include "base/error_wire.hpp"
#include "runtime/init/steps.hpp"
#include "sys/socket.hpp"

namespace corten::runtime {
namespace {

Result<> take_steps(InitContext& context) {
  for (const auto& step : context.is_exec() ? exec_steps() : container_steps()) {
    auto done = step.run(context);
    if (done) continue;
    if (step.purpose.empty()) return done;
    return with_frame(std::move(done).error(), "{}", step.purpose);
  }
  return {};
}

void report(InitContext& context, const Error& error) {
  const auto text = encode_error(error);
  if (context.start_connection) {
    (void)sys::send_message(context.start_connection, as_bytes(text));
  } else {
    (void)context.channel.send(MessageType::error, text);
  }
}

}  // namespace

void run_stage2(InitContext& context) {
  // Signals are as spawn() left them in stage 1: what our caller ignored (SIGPIPE, nohup) is not for the
  // container.
  try {
    const auto done = take_steps(context);
    // Nothing is left to say after the last step, which does not come back.
    if (!done) report(context, done.error());
  } catch (const std::exception& exception) {
    report(context, make_error(Errc::internal, 0, "the init helper failed: {}",
                               fmt::make_format_args(static_cast<const char* const&>(exception.what()))));
  }
  ::_exit(1);
}

}  // namespace corten::runtime
