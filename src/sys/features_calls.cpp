// Probes that make a system call with arguments it must refuse: ENOSYS (or a filter's EPERM) says it is
// missing, any other answer says it is there, and nothing happens.
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sys/feature_probes.hpp"
#include "sys/memfd.hpp"
#include "sys/process.hpp"

namespace corten::sys {

namespace {

constexpr unsigned kCloseRangeCloexec = 1U << 2U;

Feature probe_openat2() {
  Feature feature{.name = "openat2",
                  .detail = {},
                  .purpose = "resolving paths inside images safely and fast",
                  .remedy = "kernel 5.6; without it a slower walk is used"};
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  const UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how)));
  const int err = errno;
  feature.state = fd ? FeatureState::yes : FeatureState::no;
  if (!fd) feature.detail = errno_text(err);
  return feature;
}

struct CallProbe {
  const char* name;
  const char* purpose;
  const char* remedy;
  long (*call)();
};

// Each returns what the system call did; sizes, flags and descriptors are wrong on purpose.
constexpr CallProbe kCallProbes[] = {
    {"clone3", "starting processes with a descriptor in one step", "kernel 5.5; fork is used instead",
     [] { return ::syscall(SYS_clone3, nullptr, 0); }},
    {"close_range", "closing what a parent left open", "kernel 5.11; /proc is read instead",
     [] { return ::syscall(SYS_close_range, ~0U, ~0U, kCloseRangeCloexec); }},
    {"fsopen", "the new mount calls: mounts as descriptors, with the file system's own error texts",
     "kernel 5.2; mount(2) is used instead", [] { return static_cast<long>(::fsopen(nullptr, ~0U)); }},
    {"open_tree", "bind mounts by descriptor", "kernel 5.2; mount(2) is used instead",
     [] { return static_cast<long>(::open_tree(-1, "", ~0U)); }},
    {"mount_setattr", "recursive read-only mounts, idmapped mounts", "kernel 5.12",
     [] { return static_cast<long>(::mount_setattr(-1, "", 0, nullptr, 0)); }},
    {"copy_file_range", "copying inside the kernel", "kernel 4.5; data is copied through memory",
     [] { return static_cast<long>(::copy_file_range(-1, nullptr, -1, nullptr, 0, 0)); }},
};

Feature run(const CallProbe& probe) {
  Feature feature{.name = probe.name, .state = FeatureState::yes, .detail = {}, .purpose = probe.purpose};
  if (probe.call() < 0 && (errno == ENOSYS || errno == EPERM)) {
    const int err = errno;
    // fsopen checks privilege first: EPERM proves that it exists, or that a filter stands before it.
    feature.state = err == ENOSYS ? FeatureState::no : FeatureState::unknown;
    feature.detail = errno_text(err);
    feature.remedy = probe.remedy;
  }
  return feature;
}

Feature probe_pidfd() {
  const auto fd = open_pidfd(::getpid());
  Feature feature{.name = "pidfd_open",
                  .state = fd ? FeatureState::yes : FeatureState::no,
                  .detail = {},
                  .purpose = "waiting for and signalling processes without races (required)"};
  if (!fd) {
    feature.detail = fd.error().message();
    feature.remedy = "kernel 5.4 or newer";
  }
  return feature;
}

Feature probe_memfd() {
  const auto fd = create_memfd("corten-probe");
  Feature feature{.name = "memfd",
                  .state = fd ? FeatureState::yes : FeatureState::no,
                  .detail = {},
                  .purpose = "protecting the runtime's own program from containers"};
  if (!fd) feature.detail = fd.error().message();
  return feature;
}

Feature probe_seccomp() {
  Feature feature{.name = "seccomp",
                  .state = FeatureState::yes,
                  .detail = {},
                  .purpose = "filtering the system calls of containers"};
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  if (::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0) {
    const int err = errno;
    feature.state = FeatureState::no;
    feature.detail = errno_text(err);
    feature.remedy = "a kernel with CONFIG_SECCOMP_FILTER";
  }
  return feature;
}

Feature probe_seccomp_notify() {
  Feature feature{.name = "seccomp-notify",
                  .state = FeatureState::yes,
                  .detail = {},
                  .purpose = "answering system calls of containers in user space"};
  seccomp_notif_sizes sizes{};
  if (::syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
    const int err = errno;
    feature.state = FeatureState::no;
    feature.detail = errno_text(err);
    feature.remedy = "kernel 5.0";
  }
  return feature;
}

Feature probe_landlock() {
  Feature feature{.name = "landlock",
                  .state = FeatureState::yes,
                  .detail = {},
                  .purpose = "a second fence around helper processes"};
  const auto version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  const int err = errno;
  if (version > 0) {
    feature.detail = fmt::format("ABI {}", version);
  } else {
    feature.state = FeatureState::no;
    feature.detail = errno_text(err);
    feature.remedy = "kernel 5.13 with landlock in the lsm= list";
  }
  return feature;
}

}  // namespace

std::vector<Feature> probe_system_calls() {
  std::vector<Feature> features{probe_openat2()};
  for (const auto& probe : kCallProbes) features.push_back(run(probe));
  features.push_back(probe_pidfd());
  features.push_back(probe_memfd());
  features.push_back(probe_seccomp());
  features.push_back(probe_seccomp_notify());
  features.push_back(probe_landlock());
  return features;
}

}  // namespace corten::sys
