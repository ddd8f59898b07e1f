#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"

// runtime-spec features.md and features-linux.md: what `features` prints. An absent list means "unknown", an
// empty one "none".
namespace corten::oci {

/// One yes or no; absent means unknown.
struct FeatureFlag {
  std::optional<bool> enabled{};
  JsonValue extra{};

  bool operator==(const FeatureFlag&) const = default;
};

struct CgroupFeatures {
  std::optional<bool> v1{};
  std::optional<bool> v2{};
  std::optional<bool> systemd{};
  std::optional<bool> systemd_user{};
  std::optional<bool> rdma{};
  JsonValue extra{};

  bool operator==(const CgroupFeatures&) const = default;
};

struct SeccompFeatures {
  std::optional<bool> enabled{};
  std::optional<std::vector<std::string>> actions{};
  std::optional<std::vector<std::string>> operators{};
  std::optional<std::vector<std::string>> archs{};
  std::optional<std::vector<std::string>> known_flags{};
  std::optional<std::vector<std::string>> supported_flags{};
  JsonValue extra{};

  bool operator==(const SeccompFeatures&) const = default;
};

struct MountExtensions {
  std::optional<FeatureFlag> idmap{};
  JsonValue extra{};

  bool operator==(const MountExtensions&) const = default;
};

struct LinuxFeatures {
  std::optional<std::vector<std::string>> namespaces{};
  std::optional<std::vector<std::string>> capabilities{};
  std::optional<CgroupFeatures> cgroup{};
  std::optional<SeccompFeatures> seccomp{};
  std::optional<FeatureFlag> apparmor{};
  std::optional<FeatureFlag> selinux{};
  std::optional<FeatureFlag> intel_rdt{};
  std::optional<MountExtensions> mount_extensions{};
  std::optional<FeatureFlag> net_devices{};
  JsonValue extra{};

  bool operator==(const LinuxFeatures&) const = default;
};

struct Features {
  std::string oci_version_min;
  std::string oci_version_max;
  std::optional<std::vector<std::string>> hooks{};
  std::optional<std::vector<std::string>> mount_options{};
  std::optional<LinuxFeatures> linux_part{};
  std::map<std::string, std::string> annotations{};
  std::vector<std::string> potentially_unsafe_config_annotations{};
  JsonValue extra{};

  bool operator==(const Features&) const = default;
};

Result<> read_json(const JsonView& view, Features& out);
Json to_json(const Features& features);
Result<Features> parse_features(std::string_view text);

}  // namespace corten::oci
