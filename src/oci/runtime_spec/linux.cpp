#include "oci/runtime_spec/linux.hpp"

#include <algorithm>
#include <array>

#include "oci/json_fields.hpp"

namespace corten::oci {
namespace {

constexpr std::array<std::string_view, 8> kNamespaceNames{"pid", "network", "mount",  "ipc",
                                                          "uts", "user",    "cgroup", "time"};
static_assert(kNamespaceNames.size() == static_cast<std::size_t>(NamespaceType::time) + 1);

}  // namespace

std::span<const std::string_view> names_of(NamespaceType) { return kNamespaceNames; }

void fields(auto& visit, Is<Namespace> auto& ns) {
  visit("type", ns.type, Presence::required);
  visit("path", ns.path);
}

void fields(auto& visit, Is<Device> auto& device) {
  visit("path", device.path, Presence::required);
  visit("type", device.type, Presence::required);
  visit("major", device.major);
  visit("minor", device.minor);
  visit("fileMode", device.file_mode);
  visit("uid", device.uid);
  visit("gid", device.gid);
}

void fields(auto& visit, Is<NetDevice> auto& device) { visit("name", device.name); }

void fields(auto& visit, Is<IntelRdt> auto& rdt) {
  visit("closID", rdt.clos_id);
  visit("l3CacheSchema", rdt.l3_cache_schema);
  visit("memBwSchema", rdt.mem_bw_schema);
  visit("enableCMT", rdt.enable_cmt);
  visit("enableMBM", rdt.enable_mbm);
}

void fields(auto& visit, Is<Personality> auto& personality) {
  visit("domain", personality.domain, Presence::required);
  visit("flags", personality.flags);
}

void fields(auto& visit, Is<TimeOffset> auto& offset) {
  visit("secs", offset.seconds);
  visit("nanosecs", offset.nanoseconds);
}

void fields(auto& visit, Is<Linux> auto& part) {
  visit("uidMappings", part.uid_mappings);
  visit("gidMappings", part.gid_mappings);
  visit("sysctl", part.sysctl);
  visit("resources", part.resources);
  visit("cgroupsPath", part.cgroups_path);
  visit("namespaces", part.namespaces);
  visit("devices", part.devices);
  visit("netDevices", part.net_devices);
  visit("seccomp", part.seccomp);
  visit("rootfsPropagation", part.rootfs_propagation);
  visit("maskedPaths", part.masked_paths);
  visit("readonlyPaths", part.readonly_paths);
  visit("mountLabel", part.mount_label);
  visit("intelRdt", part.intel_rdt);
  visit("personality", part.personality);
  visit("timeOffsets", part.time_offsets);
}

// config-linux.md, "Namespaces": "If a namespaces field contains duplicated namespaces with same type, the
// runtime MUST generate an error."
Result<> read_json(const JsonView& view, Linux& out) {
  TRY(read_fields(view, out));
  for (std::size_t i = 0; i < out.namespaces.size(); ++i) {
    const auto type = out.namespaces[i].type;
    if (out.find_namespace(type) == &out.namespaces[i]) continue;
    return view.fail_at(fmt::format("namespaces[{}].type", i),
                        fmt::format("the type \"{}\" occurs twice", to_string(type)));
  }
  return {};
}

Json to_json(const Linux& linux_part) { return write_fields(linux_part); }

const Namespace* Linux::find_namespace(NamespaceType type) const {
  const auto found = std::ranges::find(namespaces, type, &Namespace::type);
  return found == namespaces.end() ? nullptr : &*found;
}

}  // namespace corten::oci
