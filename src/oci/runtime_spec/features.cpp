#include "oci/runtime_spec/features.hpp"

#include "oci/json_fields.hpp"

namespace corten::oci {

void fields(auto& visit, Is<FeatureFlag> auto& flag) { visit("enabled", flag.enabled); }

void fields(auto& visit, Is<CgroupFeatures> auto& cgroup) {
  visit("v1", cgroup.v1);
  visit("v2", cgroup.v2);
  visit("systemd", cgroup.systemd);
  visit("systemdUser", cgroup.systemd_user);
  visit("rdma", cgroup.rdma);
}

void fields(auto& visit, Is<SeccompFeatures> auto& seccomp) {
  visit("enabled", seccomp.enabled);
  visit("actions", seccomp.actions);
  visit("operators", seccomp.operators);
  visit("archs", seccomp.archs);
  visit("knownFlags", seccomp.known_flags);
  visit("supportedFlags", seccomp.supported_flags);
}

void fields(auto& visit, Is<MountExtensions> auto& extensions) { visit("idmap", extensions.idmap); }

void fields(auto& visit, Is<LinuxFeatures> auto& part) {
  visit("namespaces", part.namespaces);
  visit("capabilities", part.capabilities);
  visit("cgroup", part.cgroup);
  visit("seccomp", part.seccomp);
  visit("apparmor", part.apparmor);
  visit("selinux", part.selinux);
  visit("intelRdt", part.intel_rdt);
  visit("mountExtensions", part.mount_extensions);
  visit("netDevices", part.net_devices);
}

void fields(auto& visit, Is<Features> auto& features) {
  visit("ociVersionMin", features.oci_version_min, Presence::required);
  visit("ociVersionMax", features.oci_version_max, Presence::required);
  visit("hooks", features.hooks);
  visit("mountOptions", features.mount_options);
  visit("linux", features.linux_part);
  visit("annotations", features.annotations);
  visit("potentiallyUnsafeConfigAnnotations", features.potentially_unsafe_config_annotations);
}

Result<> read_json(const JsonView& view, Features& out) { return read_fields(view, out); }
Json to_json(const Features& features) { return write_fields(features); }

Result<Features> parse_features(std::string_view text) { return parse_fields<Features>(text, "features"); }

}  // namespace corten::oci
