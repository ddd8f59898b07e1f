#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "oci/runtime_spec/mounts.hpp"
#include "sys/mount.hpp"

namespace corten::runtime {

enum class BindKind : std::uint8_t { none, only_this, recursive };

/// Whose owners a bind mount shows: "idmap" and "ridmap", or mappings of the mount's own.
enum class IdMapped : std::uint8_t { no, only_this, recursive };

/// "mounts[].options" of runtime-spec config.md, sorted by what takes them: mount(8) for the words, and those
/// that runtimes have added (tmpcopyup, rro and its family, idmap).
struct MountOptions {
  BindKind bind = BindKind::none;
  bool remount = false;
  bool copy_up = false;  ///< tmpfs: begin with what the image has there.
  IdMapped id_mapped = IdMapped::no;
  bool follow_source = true;  ///< "src-nofollow" binds a symlink itself.

  /// MOUNT_ATTR_* of <sys/mount.h>. What a later option takes back is in `clear`: it counts for bind mounts,
  /// which begin with the attributes of their source.
  std::uint64_t set = 0;
  std::uint64_t clear = 0;
  std::uint64_t recursive_set = 0;
  std::uint64_t recursive_clear = 0;

  std::vector<std::pair<sys::Propagation, sys::Subtree>> propagation = {};
  std::vector<sys::MountOption> data = {};  ///< For the file system: "size=64k".

  bool is_bind() const { return bind != BindKind::none; }
};

MountOptions parse_mount_options(const oci::Mount& mount);

}  // namespace corten::runtime
