#include "runtime/plan.hpp"

#include <limits>

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"

namespace corten::runtime {
namespace {

// A spec may have 4 MiB as it was written; its seccomp part stays with the command.
constexpr JsonLimits kLimits = {.max_bytes = std::size_t{16} * 1024 * 1024};

void put(Json& json, const char* name, const std::optional<std::uint32_t>& value) {
  if (value) json[name] = *value;
}

Result<std::optional<std::uint32_t>> find_u32(const JsonView& view, std::string_view name) {
  const auto number = TRY(view.find_uint(name));
  if (!number) return std::nullopt;
  if (*number > std::numeric_limits<std::uint32_t>::max()) return view.fail_at(name, "is out of range");
  return static_cast<std::uint32_t>(*number);
}

Result<bool> read_bool(const JsonView& view, std::string_view name) {
  const auto value = TRY(view.find_bool(name));
  return value.value_or(false);
}

Result<std::vector<std::uint32_t>> read_places(const JsonView& view, const char* name) {
  std::vector<std::uint32_t> places;
  const auto found = view.json().find(name);
  if (found == view.json().end() || found->is_null()) return places;
  if (!found->is_array()) return view.fail_at(name, "must be an array");
  for (const auto& element : *found) {
    if (!element.is_number_unsigned() || element.get<std::uint64_t>() > 253) {
      return view.fail_at(name, "must hold places of descriptors");
    }
    places.push_back(element.get<std::uint32_t>());
  }
  return places;
}

Result<InitKind> read_kind(const JsonView& view) {
  const auto kind = TRY(view.require_string("kind"));
  if (kind == "container") return InitKind::container;
  if (kind == "exec") return InitKind::exec;
  return view.fail_at("kind", "must be 'container' or 'exec'");
}

Result<> read_texts(const JsonView& view, InitPlan& plan) {
  plan.bundle = TRY(view.require_string("bundle"));
  plan.rootfs = TRY(view.require_string("rootfs"));
  plan.required_capabilities = TRY(view.find_strings("requiredCapabilities"));
  return {};
}

Result<> read_switches(const JsonView& view, InitPlan& plan) {
  plan.no_pivot = TRY(read_bool(view, "noPivot"));
  plan.new_keyring = TRY(read_bool(view, "newKeyring"));
  plan.rootless = TRY(read_bool(view, "rootless"));
  return {};
}

Result<> read_descriptors(const JsonView& view, InitPlan& plan) {
  const auto preserve = TRY(find_u32(view, "preserveFds"));
  plan.preserve_fds = preserve.value_or(0);
  plan.start_listener = TRY(find_u32(view, "startListener"));
  plan.seccomp_filter = TRY(find_u32(view, "seccompFilter"));
  const auto flags = TRY(find_u32(view, "seccompFlags"));
  plan.seccomp_flags = flags.value_or(0);
  plan.cgroup_files = TRY(read_places(view, "cgroupFiles"));
  plan.init_process = TRY(find_u32(view, "initProcess"));
  return {};
}

}  // namespace

std::string to_json_text(const InitPlan& plan) {
  Json json = {
      {"kind", plan.kind == InitKind::container ? "container" : "exec"},
      {"bundle", plan.bundle},
      {"rootfs", plan.rootfs},
      {"noPivot", plan.no_pivot},
      {"newKeyring", plan.new_keyring},
      {"rootless", plan.rootless},
      {"preserveFds", plan.preserve_fds},
      {"seccompFlags", plan.seccomp_flags},
      {"cgroupFiles", plan.cgroup_files},
      {"requiredCapabilities", plan.required_capabilities},
  };
  put(json, "startListener", plan.start_listener);
  put(json, "seccompFilter", plan.seccomp_filter);
  put(json, "initProcess", plan.init_process);
  json["spec"] = to_json(plan.spec);
  json["state"] = to_json(plan.state);
  return corten::to_json_text(json);
}

Result<InitPlan> parse_plan(std::string_view text) {
  const auto json = TRY(parse_json(text, "plan", kLimits));
  const auto view = TRY(JsonView::of_object(json, "plan"));
  InitPlan plan;
  plan.kind = TRY(read_kind(view));
  TRY(read_texts(view, plan));
  TRY(read_switches(view, plan));
  TRY(read_descriptors(view, plan));
  const auto spec = TRY(view.require_object("spec"));
  TRY(read_json(spec, plan.spec));
  const auto state = TRY(view.require_object("state"));
  TRY(read_json(state, plan.state));
  return plan;
}

}  // namespace corten::runtime
