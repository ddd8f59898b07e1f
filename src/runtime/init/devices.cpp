#include "runtime/init/devices.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "runtime/init/mount/options.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/mount.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::runtime {
namespace {

struct DeviceNode {
  std::string path;
  sys::FileType type;
  sys::DeviceNumber number;
  mode_t mode;
  std::uint32_t uid;
  std::uint32_t gid;
};

constexpr mode_t kDefaultMode = 0666;

// A device of the spec's stands in for a default one of the same path.
std::vector<DeviceNode> default_devices(const std::vector<oci::Device>& devices) {
  struct Number {
    const char* path;
    std::uint32_t major_number;
    std::uint32_t minor_number;
  };
  // Documentation/admin-guide/devices.txt of the kernel
  static constexpr Number kDefaults[] = {{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
                                         {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0}};
  std::vector<DeviceNode> nodes;
  for (const auto& each : kDefaults) {
    if (std::ranges::find(devices, each.path, &oci::Device::path) != devices.end()) continue;
    nodes.push_back({.path = each.path,
                     .type = sys::FileType::character_device,
                     .number = {.major_number = each.major_number, .minor_number = each.minor_number},
                     .mode = kDefaultMode,
                     .uid = 0,
                     .gid = 0});
  }
  return nodes;
}

DeviceNode node_of(const oci::Device& device) {
  auto type = sys::FileType::character_device;
  if (device.type == "b") type = sys::FileType::block_device;
  if (device.type == "p") type = sys::FileType::fifo;
  return {.path = device.path,
          .type = type,
          .number = {.major_number = static_cast<std::uint32_t>(device.major),
                     .minor_number = static_cast<std::uint32_t>(device.minor)},
          .mode = device.file_mode.value_or(kDefaultMode) & 07777U,
          .uid = device.uid.value_or(0),
          .gid = device.gid.value_or(0)};
}

bool is_same_device(const sys::FileStatus& status, const DeviceNode& node) {
  if (status.type != node.type) return false;
  return node.type == sys::FileType::fifo || status.special_device == node.number;
}

Result<> give_owner(sys::BorrowedFd dir, const std::string& name, const DeviceNode& node) {
  TRY(sys::fchownat(dir, name, node.uid, node.gid));
  return sys::fchmodat(dir, name, node.mode);
}

// The host's node of that number, at the same path, over an empty file.
Result<> bind_hosts(const InitContext& context, const sys::ParentAndName& place, const DeviceNode& node) {
  const auto source = TRY_CTX(sys::open(node.path, O_PATH), "it cannot be made here, and the host's");
  const auto status = TRY(sys::fstat(source));
  if (!is_same_device(status, node)) {
    return fail(Errc::unsupported, "it cannot be made here, and the host has another device under that name");
  }
  const int flags = O_CREAT | O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
  TRY(sys::openat(place.parent, place.name, flags, 0644));
  const auto target = TRY(sys::openat(place.parent, place.name, O_PATH | O_NOFOLLOW));
  return sys::bind_mount(source, target, {}, context.kernel);
}

bool cannot_make(const Error& error) { return error.errnum() == EPERM || error.errnum() == EACCES; }

Result<> make_device(const InitContext& context, const DeviceNode& node) {
  const auto place = TRY(
      sys::open_parent_in_root(context.root, node.path, sys::MissingParents::create, 0755, context.kernel));
  const auto there = TRY(sys::find_status(place.parent, place.name));
  if (there && is_same_device(*there, node)) return {};
  const bool only_bind = context.in_new_user_namespace || context.plan.rootless;
  if (only_bind && node.type != sys::FileType::fifo) return bind_hosts(context, place, node);
  auto made = sys::mknodat(place.parent, place.name, node.type, node.mode, node.number);
  if (!made && cannot_make(made.error())) return bind_hosts(context, place, node);
  if (!made) return made;
  return give_owner(place.parent, place.name, node);
}

Result<> make_link(const InitContext& context, const char* target, const char* path) {
  const auto place =
      TRY(sys::open_parent_in_root(context.root, path, sys::MissingParents::create, 0755, context.kernel));
  auto made = sys::symlinkat(target, place.parent, place.name);
  // The image's own may stand there.
  if (!made && made.error().kind() != Errc::already_exists) return made;
  return {};
}

// devpts has its own ptmx; a node 5:2 in /dev would open the instance of whatever is mounted beside it.
Result<> make_ptmx_link(const InitContext& context) {
  const auto place = TRY(
      sys::open_parent_in_root(context.root, "/dev/ptmx", sys::MissingParents::create, 0755, context.kernel));
  const auto there = TRY(sys::find_status(place.parent, place.name));
  if (there && there->is_directory()) return {};
  if (there) TRY(sys::unlinkat(place.parent, place.name));
  return sys::symlinkat("pts/ptmx", place.parent, place.name);
}

Result<> make_links(const InitContext& context) {
  TRY(make_link(context, "/proc/self/fd", "/dev/fd"));
  TRY(make_link(context, "/proc/self/fd/0", "/dev/stdin"));
  TRY(make_link(context, "/proc/self/fd/1", "/dev/stdout"));
  TRY(make_link(context, "/proc/self/fd/2", "/dev/stderr"));
  const auto has_kcore = TRY(sys::find_status(context.procfs.fd(), "kcore"));
  if (has_kcore) TRY(make_link(context, "/proc/kcore", "/dev/core"));
  return make_ptmx_link(context);
}

bool dev_is_bound(const InitContext& context) {
  return std::ranges::any_of(context.plan.spec.mounts, [](const oci::Mount& mount) {
    return (mount.destination == "/dev" || mount.destination == "/dev/") &&
           parse_mount_options(mount).is_bind();
  });
}

}  // namespace

Result<> make_devices(InitContext& context) {
  if (dev_is_bound(context)) return {};
  if (context.linux_part().find_namespace(oci::NamespaceType::mount) == nullptr) return {};
  const auto old_mask = ::umask(0);
  const auto& devices = context.linux_part().devices;
  auto nodes = default_devices(devices);
  for (const auto& device : devices) nodes.push_back(node_of(device));
  Result<> done;
  for (std::size_t i = 0; done && i < nodes.size(); ++i) {
    done = make_device(context, nodes[i]);
    if (!done) done = with_frame(std::move(done).error(), "making the device '{}'", printable(nodes[i].path));
  }
  if (done) done = make_links(context);
  ::umask(old_mask);
  return done;
}

}  // namespace corten::runtime
