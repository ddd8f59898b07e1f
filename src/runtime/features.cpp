#include "runtime/features.hpp"

#include <algorithm>
#include <array>

#include "oci/runtime_spec/linux.hpp"
#include "oci/runtime_spec/seccomp.hpp"
#include "oci/runtime_spec/spec.hpp"
#include "sys/capability_names.hpp"

namespace corten::runtime {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 6> kHooks = {"prestart",       "createRuntime", "createContainer",
                                                    "startContainer", "poststart",     "poststop"};

// What init/mount/options.cpp knows.
constexpr std::string_view kMountOptions[] = {"acl",         "async",
                                              "atime",       "bind",
                                              "defaults",    "dev",
                                              "diratime",    "dirsync",
                                              "exec",        "iversion",
                                              "lazytime",    "loud",
                                              "mand",        "noatime",
                                              "nodev",       "nodiratime",
                                              "noexec",      "noiversion",
                                              "nolazytime",  "nomand",
                                              "norelatime",  "nostrictatime",
                                              "nosuid",      "nosymfollow",
                                              "private",     "ratime",
                                              "rbind",       "rdev",
                                              "rdiratime",   "relatime",
                                              "remount",     "rexec",
                                              "rnoatime",    "rnodev",
                                              "rnodiratime", "rnoexec",
                                              "rnorelatime", "rnostrictatime",
                                              "rnosuid",     "rnosymfollow",
                                              "ro",          "rprivate",
                                              "rrelatime",   "rro",
                                              "rrw",         "rshared",
                                              "rslave",      "rstrictatime",
                                              "rsuid",       "rsymfollow",
                                              "runbindable", "rw",
                                              "shared",      "slave",
                                              "strictatime", "suid",
                                              "symfollow",   "sync",
                                              "tmpcopyup",   "unbindable",
                                              "idmap",       "ridmap"};

// Of libseccomp 2.5, which Debian 12 has.
constexpr std::string_view kArchitectures[] = {
    "SCMP_ARCH_AARCH64",   "SCMP_ARCH_ARM",      "SCMP_ARCH_MIPS",     "SCMP_ARCH_MIPS64",
    "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",   "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PARISC",    "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC",      "SCMP_ARCH_PPC64",
    "SCMP_ARCH_PPC64LE",   "SCMP_ARCH_RISCV64",  "SCMP_ARCH_S390",     "SCMP_ARCH_S390X",
    "SCMP_ARCH_X32",       "SCMP_ARCH_X86",      "SCMP_ARCH_X86_64"};

constexpr std::string_view kSeccompFlags[] = {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                                              "SECCOMP_FILTER_FLAG_TSYNC",
                                              "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};

std::vector<std::string> sorted(Names names) {
  std::vector<std::string> list(names.begin(), names.end());
  std::ranges::sort(list);
  return list;
}

// Those that our table knows; what this kernel has beyond it cannot be named.
std::vector<std::string> capabilities() {
  std::vector<std::string> names;
  for (int number = 0; sys::find_capability(sys::capability_name(number)); ++number) {
    names.push_back(sys::capability_name(number));
  }
  return names;
}

oci::SeccompFeatures seccomp_features() {
  return {
      .enabled = true,
      .actions = sorted(names_of(oci::SeccompAction::kill)),
      .operators = sorted(names_of(oci::SeccompOperator::ne)),
      .archs = sorted(kArchitectures),
      .known_flags = sorted(kSeccompFlags),
      .supported_flags = sorted(kSeccompFlags),
  };
}

oci::FeatureFlag flag(bool enabled) { return {.enabled = enabled}; }

oci::LinuxFeatures linux_features() {
  return {
      .namespaces = sorted(names_of(oci::NamespaceType::pid)),
      .capabilities = capabilities(),
      .cgroup =
          oci::CgroupFeatures{.v1 = true, .v2 = true, .systemd = true, .systemd_user = true, .rdma = true},
      .seccomp = seccomp_features(),
      .apparmor = flag(true),
      .selinux = flag(true),
      .intel_rdt = flag(false),
      .mount_extensions = oci::MountExtensions{.idmap = flag(true)},
      .net_devices = flag(false),
  };
}

}  // namespace

oci::Features features(const BuiltFrom& build) {
  return {
      .oci_version_min = "1.0.0",
      .oci_version_max = std::string(oci::kRuntimeSpecVersion),
      .hooks = std::vector<std::string>(kHooks.begin(), kHooks.end()),
      .mount_options = sorted(kMountOptions),
      .linux_part = linux_features(),
      .annotations = {{"org.corten.version", std::string(build.version)},
                      {"org.corten.commit", std::string(build.commit)}},
      .potentially_unsafe_config_annotations = {},
  };
}

}  // namespace corten::runtime
