#include "runtime/init/seccomp.hpp"

#include <linux/seccomp.h>

#include <optional>
#include <string>

#include "runtime/init/dumpable.hpp"
#include "sys/file.hpp"
#include "sys/seccomp_filter.hpp"

namespace corten::runtime {
namespace {

constexpr std::size_t kMaxFilterBytes = sys::kMaxFilterInstructions * 8;

bool has_listener(const InitContext& context) {
  return (context.plan.seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
}

// Any call may be stopped by the filter now, until somebody answers at the listener: all but write(2), so
// only its number is told (seccomp::compile()).
Result<> hand_over(InitContext& context, const sys::UniqueFd& listener) {
  TRY(context.channel.write(MessageType::seccomp_listener, std::to_string(listener.get())));
  const auto answer = TRY(context.channel.receive());
  if (answer && answer->type == MessageType::proceed) return {};
  const sys::BorrowedFd fds[] = {listener};
  TRY(context.channel.send(MessageType::seccomp_listener, {}, fds));
  TRY(context.channel.expect(MessageType::proceed));
  return {};
}

Result<> load(InitContext& context) {
  const auto file = TRY(context.fd_at(*context.plan.seccomp_filter));
  TRY(sys::seek(file, 0));
  const auto program = TRY(sys::read_all(file, kMaxFilterBytes));
  // Or the command, an ordinary user, could not fetch the listener. Nobody else is in new namespaces.
  std::optional<DumpableWindow> window;
  if (has_listener(context) && !context.joins_namespaces()) window.emplace();
  const auto listener = TRY(sys::load_seccomp_filter(as_bytes(program), context.plan.seccomp_flags));
  context.plan.seccomp_filter.reset();
  return listener ? hand_over(context, *listener) : Result<>();
}

Result<> load_if(InitContext& context, bool now) {
  if (!now || !context.plan.seccomp_filter) return {};
  TRY_CTX(load(context), "linux.seccomp");
  return {};
}

}  // namespace

Result<> load_privileged_seccomp(InitContext& context) {
  return load_if(context, !context.process().no_new_privileges);
}

Result<> load_listening_seccomp(InitContext& context) { return load_if(context, has_listener(context)); }

Result<> load_last_seccomp(InitContext& context) { return load_if(context, true); }

}  // namespace corten::runtime
