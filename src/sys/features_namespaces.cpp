// Probes in child processes: each moves into new namespaces, tries one thing and ends. Only system calls with
// prepared arguments run there, since this process may have threads.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include "base/strings.hpp"
#include "sys/clone.hpp"
#include "sys/feature_probes.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"
#include "sys/process.hpp"
#include "sys/users.hpp"

namespace corten::sys {

namespace {

constexpr std::chrono::seconds kPatience{2};

// Runs `attempt` in a child: its errno value, 0 for success; nothing when the child could not tell.
std::optional<int> try_in_child(int (*attempt)(const void*), const void* argument = nullptr) {
  auto clone = clone_process();
  if (!clone) return std::nullopt;
  if (clone->pid == 0) {
    reset_signals();
    ::_exit(attempt(argument) & 0xff);  // errno values are below 134
  }
  Child child(clone->pid, std::move(clone->pidfd));
  const auto status = child.wait_for(kPatience);
  if (!status || !*status || (*status)->signal != 0) return std::nullopt;
  return (*status)->code;
}

int outcome(long result) { return result < 0 ? errno : 0; }

void judge(Feature& feature, std::optional<int> err) {
  if (!err) return;
  feature.state = *err == 0 ? FeatureState::yes : FeatureState::no;
  if (*err != 0) feature.detail = errno_text(*err);
}

std::string read_sysctl(const char* name) {
  const auto text = read_file(BorrowedFd::cwd(), fmt::format("/proc/sys/{}", name), 64);
  return text ? std::string(trim(*text)) : std::string();
}

// What a distribution or administrator sets to forbid user namespaces, and how to allow them again.
std::string remedy_for_user_namespaces() {
  if (read_sysctl("kernel/unprivileged_userns_clone") == "0") {
    return "sysctl -w kernel.unprivileged_userns_clone=1";
  }
  if (read_sysctl("user/max_user_namespaces") == "0") return "sysctl -w user.max_user_namespaces=15000";
  if (read_sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1") {
    return "an AppArmor profile for corten, or sysctl -w kernel.apparmor_restrict_unprivileged_userns=0";
  }
  return "a kernel with CONFIG_USER_NS, and a sandbox around corten that allows it";
}

Feature probe_user_namespaces() {
  Feature feature{.name = "user-namespaces", .detail = {}, .purpose = "containers without root"};
  judge(feature, try_in_child([](const void*) { return outcome(::unshare(CLONE_NEWUSER)); }));
  if (feature.state == FeatureState::no) feature.remedy = remedy_for_user_namespaces();
  return feature;
}

// Lines for /proc/self/{uid,gid}_map, written out before the child is made.
struct OwnIdMaps {
  std::string uids;
  std::string gids;
};

int write_proc_file(const char* path, std::string_view text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int err = outcome(::write(fd, text.data(), text.size()));
  (void)::close(fd);
  return err;
}

// With `maps` as an ordinary user would, inside a user namespace where the caller is root: without a mapping
// no file can be made on its file systems (EOVERFLOW). Root makes the mount namespace directly, so that this
// asks about root's overlay.
int enter_mount_namespace(const OwnIdMaps* maps) {
  if (maps == nullptr) return outcome(::unshare(CLONE_NEWNS));
  if (const int err = outcome(::unshare(CLONE_NEWUSER | CLONE_NEWNS)); err != 0) return err;
  // Before gid_map can be written without privilege (user_namespaces(7)).
  if (const int err = write_proc_file("/proc/self/setgroups", "deny"); err != 0) return err;
  if (const int err = write_proc_file("/proc/self/uid_map", maps->uids); err != 0) return err;
  return write_proc_file("/proc/self/gid_map", maps->gids);
}

int try_overlay(const void* maps) {
  if (const int err = enter_mount_namespace(static_cast<const OwnIdMaps*>(maps)); err != 0) return err;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (::mount("tmpfs", "/tmp", "tmpfs", 0, "mode=0777") != 0) return errno;
  if (::chdir("/tmp") != 0) return errno;
  for (const char* name : {"l", "u", "w", "m"}) {
    if (::mkdir(name, 0755) != 0) return errno;
  }
  const char* options =
      maps != nullptr ? "lowerdir=l,upperdir=u,workdir=w,userxattr" : "lowerdir=l,upperdir=u,workdir=w";
  return outcome(::mount("overlay", "m", "overlay", 0, options));
}

Feature probe_overlay(const char* name, const char* purpose, const OwnIdMaps* maps) {
  Feature feature{.name = name, .detail = {}, .purpose = purpose};
  judge(feature, try_in_child(try_overlay, maps));
  if (feature.state == FeatureState::no) {
    feature.remedy = maps != nullptr ? "kernel 5.13 and user namespaces; layers are copied without it"
                                     : "modprobe overlay; layers are copied without it";
  }
  return feature;
}

// An idmapped copy of a tmpfs in a child that has a user namespace to map by.
int try_idmap(const void* user_namespace) {
  if (const int err = enter_mount_namespace(nullptr); err != 0) return err;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  const int tree = ::open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return errno;
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<std::uint64_t>(*static_cast<const int*>(user_namespace));
  return outcome(::mount_setattr(tree, "", AT_EMPTY_PATH, &attributes, sizeof attributes));
}

Feature probe_idmapped_mounts() {
  Feature feature{.name = "idmapped-mounts",
                  .detail = {},
                  .purpose = "one copy of a layer for containers with different id maps"};
  if (!current_user().is_root()) {
    feature.detail = "only root can tell";
    return feature;
  }
  const auto space = create_user_namespace(
      {.uids = {{.inside = 0, .outside = 0, .count = 1}}, .gids = {{.inside = 0, .outside = 0, .count = 1}}},
      IdMapWriter::direct);
  if (!space) {
    feature.detail = space.error().message();
    return feature;
  }
  const int fd = space->get();
  judge(feature, try_in_child(try_idmap, &fd));
  if (feature.state == FeatureState::no) feature.remedy = "kernel 5.12 and a file system that supports it";
  return feature;
}

}  // namespace

std::vector<Feature> probe_namespaces() {
  const OwnIdMaps maps{.uids = fmt::format("0 {} 1", ::geteuid()),
                       .gids = fmt::format("0 {} 1", ::getegid())};
  std::vector<Feature> features{
      probe_user_namespaces(),
      probe_overlay("overlay-rootless", "layers without copying, without root", &maps)};
  if (current_user().is_root()) {
    features.push_back(probe_overlay("overlay", "layers without copying", nullptr));
  }
  features.push_back(probe_idmapped_mounts());
  return features;
}

}  // namespace corten::sys
