#include "runtime/record.hpp"

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "cgroup/location.hpp"

namespace corten::runtime {
namespace {

Result<bool> read_bool(const JsonView& view, std::string_view name) {
  const auto value = TRY(view.find_bool(name));
  return value.value_or(false);
}

Result<ContainerRecord> read_record(const JsonView& view) {
  ContainerRecord record;
  record.id = TRY(view.require_string("id"));
  record.oci_version = TRY(view.require_string("ociVersion"));
  record.bundle = TRY(view.require_string("bundle"));
  record.rootfs = TRY(view.require_string("rootfs"));
  record.annotations = TRY(view.find_string_map("annotations"));
  const auto owner = TRY(view.find_string("owner"));
  record.owner = owner.value_or("");
  const auto created = TRY(view.require_string("created"));
  record.created = TRY(parse_rfc3339(created));
  const auto pid = TRY(view.require_int("pid"));
  record.process.pid = static_cast<pid_t>(pid);
  const auto start = TRY(view.find_uint("startTicks"));
  record.process.start_ticks = start.value_or(0);
  const auto cgroup = TRY(view.find_object("cgroup"));
  if (cgroup) {
    TRY(cgroup::parse_location(*cgroup));
    record.cgroup = JsonValue(cgroup->json());
  }
  record.cgroup_made = TRY(read_bool(view, "cgroupMade"));
  record.created_whole = TRY(read_bool(view, "createdWhole"));
  record.own_pid_namespace = TRY(read_bool(view, "ownPidNamespace"));
  const auto new_keyring = TRY(view.find_bool("newKeyring"));
  record.new_keyring = new_keyring.value_or(true);
  record.has_poststart = TRY(read_bool(view, "hasPoststart"));
  record.has_poststop = TRY(read_bool(view, "hasPoststop"));
  return record;
}

Result<ContainerRecord> read_text(std::string_view text) {
  const auto json = TRY(parse_json(text, "state.json"));
  const auto view = TRY(JsonView::of_object(json, "state.json"));
  return read_record(view);
}

}  // namespace

std::string to_json_text(const ContainerRecord& record) {
  Json json = {
      {"id", record.id},
      {"ociVersion", record.oci_version},
      {"bundle", record.bundle},
      {"rootfs", record.rootfs},
      {"annotations", record.annotations},
      {"owner", record.owner},
      {"created", format_rfc3339(record.created)},
      {"pid", record.process.pid},
      {"startTicks", record.process.start_ticks},
      {"cgroupMade", record.cgroup_made},
      {"createdWhole", record.created_whole},
      {"ownPidNamespace", record.own_pid_namespace},
      {"newKeyring", record.new_keyring},
      {"hasPoststart", record.has_poststart},
      {"hasPoststop", record.has_poststop},
  };
  if (!record.cgroup.empty()) json["cgroup"] = record.cgroup.get();
  return corten::to_json_text(json);
}

Result<ContainerRecord> parse_record(std::string_view text) {
  auto record = read_text(text);
  if (!record) record.error().set_kind(Errc::data_loss);
  return record;
}

oci::State to_state(const ContainerRecord& record, oci::ContainerStatus status) {
  return {
      .oci_version = record.oci_version,
      .id = record.id,
      .status = status,
      .pid = status == oci::ContainerStatus::stopped ? 0 : record.process.pid,
      .bundle = record.bundle,
      .annotations = record.annotations,
  };
}

oci::State to_full_state(const ContainerRecord& record, oci::ContainerStatus status) {
  auto state = to_state(record, status);
  state.extra = JsonValue(Json{
      {"rootfs", record.rootfs},
      {"created", format_rfc3339(record.created)},
      {"owner", record.owner},
  });
  return state;
}

}  // namespace corten::runtime
