#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "cgroup/cgroup.hpp"
#include "cgroup/device_program.hpp"
#include "cgroup/device_rules.hpp"
#include "cgroup/limits/controllers.hpp"
#include "cgroup/limits/v1.hpp"
#include "cgroup/limits/v2.hpp"
#include "cgroup/systemd/bus.hpp"
#include "sys/bpf.hpp"

namespace corten::cgroup {

namespace {

bool lists(std::string_view words, std::string_view word) {
  const auto parts = split(words, ' ');
  return !word.empty() && std::ranges::find(parts, word) != parts.end();
}

}  // namespace

std::unexpected<Error> Cgroup::missing_controller(std::string_view controller, std::string_view field) const {
  if (!refusal_.empty()) {
    return with_hint(
        fail(Errc::permission_denied, "linux.resources.{}: no cgroup to set it in: {}", field, refusal_),
        "leave the limit out, run as root, or have a cgroup delegated (systemd: Delegate=yes for "
        "user@.service)");
  }
  return with_hint(
      fail(Errc::unsupported, "linux.resources.{}: this cgroup has no controller '{}'", field, controller),
      "{}",
      layout_ == Layout::v2 ? "it must be in cgroup.subtree_control of every parent; the kernel may lack it"
                            : "the kernel may lack it, or its hierarchy may not be mounted");
}

Result<> Cgroup::apply(const oci::Resources& resources, Applied when) {
  if (location_.unit && when == Applied::as_update) {
    const auto properties = TRY(limit_properties(layout_, resources));
    TRY(set_unit_properties(location_.manager, location_.unit->name, properties));
  }
  const auto* v2 = find_v2();
  std::string enabled;
  if (v2 != nullptr) enabled = TRY(v2->read("cgroup.controllers"));
  for (const auto& controller : controllers()) {
    if (const auto* dir = find_v1(controller.name)) {
      TRY_CTX(controller.apply_v1(*dir, resources), "setting linux.resources.{}", controller.field);
    } else if (lists(enabled, controller.v2_name)) {
      TRY_CTX(controller.apply_v2(*v2, resources), "setting linux.resources.{}", controller.field);
    } else if (controller.asked(resources)) {
      return missing_controller(controller.name, controller.field);
    }
  }
  if (when == Applied::at_creation || !resources.devices.empty()) TRY(apply_devices(resources));
  if (resources.unified.empty()) return {};
  if (v2 == nullptr) {
    return with_hint(fail(Errc::unsupported, "linux.resources.unified: the container has no v2 cgroup"),
                     "use the named limits, which v1 has too");
  }
  return apply_unified_v2(*v2, resources);
}

Result<> Cgroup::apply_devices(const oci::Resources& resources) {
  const auto rules = TRY(container_device_rules(resources.devices));
  if (const auto* dir = find_v1("devices")) {
    const auto devices = TRY(to_v1_devices(rules));
    auto applied = apply_devices_v1(*dir, devices);
    // In a user namespace no device node can be made, and the kernel lets nobody in it change this list.
    if (!applied && privilege_ == Privilege::limited && applied.error().errnum() == EPERM) return {};
    return applied;
  }
  const auto* dir = find_v2();
  if (dir == nullptr || layout_ != Layout::v2) return {};
  return apply_device_program(*dir, rules);
}

Result<> Cgroup::apply_device_program(const Directory& dir, std::span<const DeviceEntry> rules) {
  const auto program = device_program(rules);
  auto loaded = sys::load_device_program(program);
  auto attached = loaded ? sys::attach_device_program(dir.fd(), *loaded)
                         : Result<>(std::unexpected(std::move(loaded).error()));
  if (attached) return {};
  const int err = attached.error().errnum();
  if (privilege_ == Privilege::limited && (err == EPERM || err == EACCES)) return {};
  return with_hint(
      with_frame(std::move(attached).error(),
                 "limiting the devices of the cgroup '{}' (linux.resources.devices)", dir.path()),
      "this needs CAP_SYS_ADMIN and a kernel with CONFIG_CGROUP_BPF");
}

}  // namespace corten::cgroup
