#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/stream.hpp"
#include "base/timestamp.hpp"
#include "oci/digest.hpp"
#include "snapshot/rootfs_mount.hpp"

namespace corten::snapshot {

/// What a committed snapshot is called, and what it lies on.
struct LayerName {
  oci::Digest chain_id;  ///< Of this layer and all below it: its name (image-spec config.md).
  oci::Digest diff_id;   ///< Of this layer's uncompressed tar.
  std::optional<oci::Digest> parent = {};  ///< The chain id of the layer below; none for the lowest.

  bool operator==(const LayerName&) const = default;
};

struct LayerInfo {
  LayerName name;
  std::uint64_t size_bytes = 0;      ///< Content of the regular files that this layer adds.
  std::uint64_t entries = 0;         ///< Files, directories, links, nodes and whiteouts in it.
  Timestamp created;                 ///< When it was committed here.
  std::uint64_t foreign_owners = 0;  ///< Files that became ours, since we could not give them their owner.
};

enum class Access : std::uint8_t { read_only, read_write };

/// A root filesystem made on top of a committed snapshot: that of a container or a build step.
struct ActiveInfo {
  std::string key;
  std::optional<oci::Digest> parent;
  Access access = Access::read_write;
  Timestamp created;
};

/// Directories that a dead process was building or removing.
struct Leftovers {
  std::size_t count = 0;
  std::uint64_t size_bytes = 0;  ///< Content of regular files.
};

/// A layer being unpacked, aside and invisible. Dropped before commit: removed, also after kill -9 (the next
/// sweep finds that nobody holds its lock).
class LayerWriter {
 public:
  virtual ~LayerWriter() = default;

  /// Unpacks the uncompressed tar of one layer, once, and reads `tar` to its very end, so that digests on the
  /// way see every byte. Whiteouts (image-spec layer.md) are kept in the driver's own form.
  ///
  /// Names are resolved by descriptor: "..", absolute names, symlinks and hard links cannot leave the layer.
  /// As elsewhere an entry replaces an earlier one of its name, and entries behind a symlink of the same
  /// layer go where it leads, inside the layer.
  ///
  /// What the process may not make is left out: owners that its user namespace does not map become its own
  /// (without set-id bits), devices become empty files of mode 0, attributes may be missing. Attributes
  /// "trusted.overlay.*" and "user.overlay.*" never come from an image.
  ///
  /// Errors: data_loss (damaged tar), invalid_argument (what no layer may hold; names the entry),
  /// permission_denied, unavailable (no space).
  virtual Result<> apply(Source& tar) = 0;
};

/// Unpacked layer states. Committed ones are read-only, named by chain id and shared by images; active ones
/// have a key and belong to one container or build step. What a layer looks like on disk is the driver's
/// own business: callers see mounts, and the snapshotter itself never mounts.
///
///   auto writer = TRY(snapshots.begin_layer());          // any number at once, in any order
///   TRY(writer->apply(tar));
///   TRY(snapshots.commit(std::move(writer), {.chain_id = chain, .diff_id = diff, .parent = below}));
///   auto root = TRY(snapshots.prepare("container-1", chain, Access::read_write));
///
/// Many processes and threads use one at once. A store belongs to one driver (`open_snapshotter`).
class Snapshotter {
 public:
  virtual ~Snapshotter() = default;

  /// "overlay", "copy".
  virtual std::string_view driver() const = 0;

  virtual Result<std::unique_ptr<LayerWriter>> begin_layer() = 0;

  /// Publishes the layer under its name, flushed to disk before it is visible. The parent must be committed
  /// (failed_precondition): what the tar left open is settled from the layers below, namely the attributes of
  /// directories that it did not list and hard links to files of lower layers. A layer of that name that is
  /// there already is success, and the new one is dropped.
  virtual Result<LayerInfo> commit(std::unique_ptr<LayerWriter> writer, const LayerName& name) = 0;

  virtual Result<std::optional<LayerInfo>> find(const oci::Digest& chain_id) const = 0;
  /// By chain id. Layers whose record is damaged (data_loss in find) are not in it; sweep() removes those
  /// that nothing lies on.
  virtual Result<std::vector<LayerInfo>> list() const = 0;

  /// Removes a committed snapshot; success when it is not there. failed_precondition while another snapshot
  /// lies on it. Gone for readers at once; its files may take a while.
  virtual Result<> remove(const oci::Digest& chain_id) = 0;

  /// Makes an active snapshot on `parent` (an empty root without). `key`: 1 to 128 of [a-zA-Z0-9._-], not
  /// starting with a dot; already_exists when it is taken, not_found when the parent is not there.
  virtual Result<RootfsMount> prepare(std::string_view key, const std::optional<oci::Digest>& parent,
                                      Access access) = 0;
  /// What prepare() gave: for a container that starts again. not_found.
  virtual Result<RootfsMount> mount_of(std::string_view key) const = 0;
  virtual Result<std::vector<ActiveInfo>> list_active() const = 0;
  /// What was written into an active snapshot since prepare(), in bytes of content.
  virtual Result<std::uint64_t> measure_active(std::string_view key) const = 0;
  /// Success when it is not there. It must not be mounted any more.
  virtual Result<> remove_active(std::string_view key) = 0;

  /// Compares a committed snapshot with what was recorded of it: data_loss says what is missing or changed.
  virtual Result<> verify(const oci::Digest& chain_id) const = 0;

  /// What dead processes left behind. Waits for nobody, so what began this very moment may be counted too.
  virtual Result<Leftovers> measure_leftovers() const = 0;
  /// Removes it. Costs next to nothing when there is none, and does nothing while others publish or remove:
  /// the next one will find it.
  virtual Result<Leftovers> remove_leftovers() = 0;
  /// Removes it in any case, and layers whose record is damaged or missing, unless something may lie on them;
  /// how many of both.
  virtual Result<std::size_t> sweep() = 0;
};

}  // namespace corten::snapshot
