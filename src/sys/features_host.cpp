#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "base/strings.hpp"
#include "sys/capability_names.hpp"
#include "sys/feature_probes.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/limits.hpp"
#include "sys/process.hpp"
#include "sys/users.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kMaxBytes = 4096;

bool is_on(const char* path, long magic) {
  struct statfs fs{};
  return ::statfs(path, &fs) == 0 && fs.f_type == magic;
}

std::string read_trimmed(const char* path) {
  const auto text = read_file(BorrowedFd::cwd(), path, kMaxBytes);
  return text ? std::string(trim(*text)) : std::string();
}

Feature probe_cgroup() {
  Feature feature{.name = "cgroup",
                  .state = FeatureState::yes,
                  .detail = {},
                  .purpose = "limits for memory, CPU and processes"};
  if (is_on("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC)) {
    feature.detail = "v2";
  } else if (is_on("/sys/fs/cgroup/unified", CGROUP2_SUPER_MAGIC)) {
    feature.detail = "hybrid";
  } else if (is_on("/sys/fs/cgroup", TMPFS_MAGIC)) {
    feature.detail = "v1";
  } else {
    feature.state = FeatureState::no;
    feature.remedy = "mount -t cgroup2 none /sys/fs/cgroup";
  }
  return feature;
}

Feature probe_cgroup2_controllers() {
  Feature feature{.name = "cgroup2-controllers",
                  .state = FeatureState::no,
                  .detail = {},
                  .purpose = "which limits can be set in the unified hierarchy"};
  feature.detail = read_trimmed(is_on("/sys/fs/cgroup", CGROUP2_SUPER_MAGIC)
                                    ? "/sys/fs/cgroup/cgroup.controllers"
                                    : "/sys/fs/cgroup/unified/cgroup.controllers");
  if (!feature.detail.empty()) {
    feature.state = FeatureState::yes;
  } else {
    feature.remedy = "boot with systemd.unified_cgroup_hierarchy=1 for cgroup v2";
  }
  return feature;
}

// A device node that is there and may be opened for reading and writing.
Feature probe_device(const char* path, const char* name, const char* purpose, const char* module) {
  Feature feature{.name = name, .state = FeatureState::no, .detail = path, .purpose = purpose};
  const auto status = find_status(BorrowedFd::cwd(), path);
  if (!status || !*status || (*status)->type != FileType::character_device) {
    feature.remedy = fmt::format("modprobe {}", module);
  } else if (::faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0) {
    feature.remedy = fmt::format("chmod 0666 {}", path);
  } else {
    feature.state = FeatureState::yes;
  }
  return feature;
}

Feature probe_program(const char* program, const char* purpose, const char* remedy) {
  const auto path = find_program(program);
  return {.name = program,
          .state = path ? FeatureState::yes : FeatureState::no,
          .detail = path.value_or(""),
          .purpose = purpose,
          .remedy = path ? "" : remedy};
}

Feature probe_apparmor() {
  const bool on = read_trimmed("/sys/module/apparmor/parameters/enabled") == "Y";
  return {.name = "apparmor",
          .state = on ? FeatureState::yes : FeatureState::no,
          .detail = {},
          .purpose = "profiles for containers; not needed"};
}

Feature probe_selinux() {
  const bool on = is_on("/sys/fs/selinux", SELINUX_MAGIC);
  Feature feature{.name = "selinux",
                  .state = on ? FeatureState::yes : FeatureState::no,
                  .detail = {},
                  .purpose = "labels for containers and volumes; not needed"};
  if (on) feature.detail = read_trimmed("/sys/fs/selinux/enforce") == "1" ? "enforcing" : "permissive";
  return feature;
}

// What the bounding set lacks no container can be given, whoever runs corten.
Feature probe_bounding_set() {
  Feature feature{.name = "capability-bounding-set",
                  .state = FeatureState::yes,
                  .detail = {},
                  .purpose = "capabilities that containers can be given"};
  std::vector<std::string> missing;
  for (int capability = 0; capability < 64; ++capability) {
    const int held = ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0);
    if (held < 0) break;  // EINVAL: the kernel knows no more
    if (held == 0) missing.push_back(capability_name(capability));
  }
  if (!missing.empty()) {
    feature.state = FeatureState::no;
    feature.detail = "missing: " + join(missing, ", ");
    feature.remedy = "start corten outside of whatever dropped them; containers run without them otherwise";
  }
  return feature;
}

Feature probe_open_files() {
  constexpr std::uint64_t kWanted = 4096;
  Feature feature{.name = "open-files-limit", .detail = {}, .purpose = "many layers and containers at once"};
  const auto limit = get_resource_limit(RLIMIT_NOFILE);
  if (!limit) {
    feature.detail = limit.error().message();
    return feature;
  }
  feature.state = limit->hard >= kWanted ? FeatureState::yes : FeatureState::no;
  feature.detail = fmt::format("soft {}, hard {}", limit->soft, limit->hard);
  if (feature.state == FeatureState::no) feature.remedy = "raise nofile in /etc/security/limits.conf";
  return feature;
}

}  // namespace

std::vector<Feature> probe_host() {
  return {
      probe_cgroup(),
      probe_cgroup2_controllers(),
      probe_program("newuidmap", "more than one user in containers without root", "apt install uidmap"),
      probe_program("newgidmap", "more than one group in containers without root", "apt install uidmap"),
      probe_device("/dev/fuse", "fuse", "FUSE file systems in containers without root", "fuse"),
      probe_device("/dev/net/tun", "tun", "networking for containers without root", "tun"),
      probe_apparmor(),
      probe_selinux(),
      probe_bounding_set(),
      probe_open_files(),
  };
}

}  // namespace corten::sys
