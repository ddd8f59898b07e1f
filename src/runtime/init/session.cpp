#include "runtime/init/session.hpp"

#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/task_settings.hpp"

namespace corten::runtime {

Result<> wait_for_command(InitContext& context) {
  TRY(context.channel.expect(MessageType::proceed));
  return {};
}

Result<> begin_session(InitContext&) {
  if (::setsid() < 0) {
    const int err = errno;
    return fail_errno(err, "making a session");
  }
  return {};
}

Result<> join_keyring(InitContext& context) {
  if (!context.plan.new_keyring) return {};
  auto joined = sys::join_session_keyring("_ses." + context.plan.state.id);
  if (joined) return {};
  const int err = joined.error().errnum();
  // ENOSYS: built without keys, or refused by an outer sandbox. EDQUOT and EPERM: the caller has used up its
  // keys.
  if (err == ENOSYS || err == EPERM || err == EDQUOT) {
    if (err == ENOSYS) return {};
    return context.channel.send(MessageType::warning, joined.error().message());
  }
  return std::unexpected(std::move(joined).error());
}

Result<> tell_ready(InitContext& context) { return context.channel.send(MessageType::ready); }

}  // namespace corten::runtime
