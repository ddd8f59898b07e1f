#include "runtime/init/mount_sources.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/strings.hpp"
#include "runtime/init/mount/options.hpp"
#include "sys/file.hpp"
#include "sys/id_map.hpp"

namespace corten::runtime {
namespace {

// "The format is the same as that of the user namespace" (runtime-spec config.md): the ids of the source are
// the container's side.
std::vector<sys::IdMapping> to_sys(const std::vector<oci::IdMapping>& mappings) {
  std::vector<sys::IdMapping> result;
  result.reserve(mappings.size());
  for (const auto& each : mappings) {
    result.push_back({.inside = each.container_id, .outside = each.host_id, .count = each.size});
  }
  return result;
}

Result<> map_owners(const InitContext& context, const oci::Mount& mount, const MountOptions& options,
                    sys::DetachedMount& source) {
  const auto& linux_part = context.linux_part();
  const bool own = !mount.uid_mappings.empty();
  const auto uids = to_sys(own ? mount.uid_mappings : linux_part.uid_mappings);
  const auto gids = to_sys(own ? mount.gid_mappings : linux_part.gid_mappings);
  if (uids.empty() || gids.empty()) {
    return fail(Errc::invalid_argument,
                "'idmap' without mappings of its own, in a container that has none either");
  }
  const auto user_namespace = TRY(sys::create_user_namespace({.uids = uids, .gids = gids}));
  const auto subtree =
      options.id_mapped == IdMapped::recursive ? sys::Subtree::recursive : sys::Subtree::only_this;
  return source.set_attributes({.user_namespace = sys::BorrowedFd(user_namespace)}, subtree);
}

bool cannot_here(const Error& error) { return error.errnum() == ENOSYS || error.errnum() == EPERM; }

Result<std::optional<sys::DetachedMount>> take_source(const InitContext& context, const oci::Mount& mount) {
  const auto options = parse_mount_options(mount);
  const bool mapped = options.id_mapped != IdMapped::no;
  if (mapped && !options.is_bind()) {
    return fail(Errc::unsupported, "owners can be mapped for bind mounts only");
  }
  const bool foreign = context.linux_part().find_namespace(oci::NamespaceType::user) != nullptr;
  if (!options.is_bind() || options.remount || (!mapped && !foreign)) return std::nullopt;
  const int flags = O_PATH | (options.follow_source ? 0 : O_NOFOLLOW);
  // Relative sources are of the bundle: config.md.
  const auto bundle = TRY(sys::open(context.plan.bundle, O_PATH | O_DIRECTORY));
  const auto file = TRY(sys::openat(bundle, mount.source, flags));
  const auto subtree =
      options.bind == BindKind::recursive ? sys::Subtree::recursive : sys::Subtree::only_this;
  auto source = sys::DetachedMount::clone(file, subtree);
  if (!source && !mapped && cannot_here(source.error())) return std::nullopt;
  if (!source) return std::unexpected(std::move(source).error());
  if (mapped) TRY_CTX(map_owners(context, mount, options, *source), "mapping its owners");
  return std::optional(std::move(*source));
}

}  // namespace

Result<> take_mount_sources(InitContext& context) {
  const auto& mounts = context.plan.spec.mounts;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    auto source = TRY_CTX(take_source(context, mounts[i]), "mounts[{}]: binding '{}' to '{}'", i,
                          printable(mounts[i].source), printable(mounts[i].destination));
    context.mount_sources.push_back(std::move(source));
  }
  return {};
}

}  // namespace corten::runtime
