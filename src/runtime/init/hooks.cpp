#include "runtime/init/hooks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "runtime/hooks.hpp"
#include "sys/file.hpp"

namespace corten::runtime {
namespace {

const oci::Hooks& hooks_of(const InitContext& context) {
  static const oci::Hooks none;
  return context.plan.spec.hooks ? *context.plan.spec.hooks : none;
}

oci::State state_with(const InitContext& context, oci::ContainerStatus status) {
  auto state = context.plan.state;
  state.pid = ::getpid();
  state.status = status;
  return state;
}

}  // namespace

Result<> run_runtime_hooks(InitContext& context) {
  const auto& hooks = hooks_of(context);
  if (hooks.prestart.empty() && hooks.create_runtime.empty()) return {};
  TRY(context.channel.send(MessageType::run_hooks));
  TRY(context.channel.expect(MessageType::hooks_done));
  return {};
}

Result<> run_create_container_hooks(InitContext& context) {
  const auto& hooks = hooks_of(context);
  if (hooks.create_container.empty()) return {};
  const auto state = state_with(context, oci::ContainerStatus::creating);
  const auto directory = TRY(sys::open(context.plan.bundle, O_PATH | O_DIRECTORY));
  return run_hooks(hooks.create_container,
                   {.point = "createContainer", .state = state, .directory = directory});
}

Result<> run_start_container_hooks(InitContext& context) {
  const auto& hooks = hooks_of(context);
  if (hooks.start_container.empty()) return {};
  const auto state = state_with(context, oci::ContainerStatus::created);
  const auto directory = TRY(sys::open(".", O_PATH | O_DIRECTORY));
  return run_hooks(hooks.start_container,
                   {.point = "startContainer", .state = state, .directory = directory});
}

}  // namespace corten::runtime
