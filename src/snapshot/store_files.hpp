#pragma once

#include <optional>
#include <string>
#include <vector>

#include "snapshot/record.hpp"
#include "sys/fd.hpp"
#include "sys/lock.hpp"
#include "sys/path_arg.hpp"
#include "sys/temp.hpp"

namespace corten::snapshot {

/// A directory that is being built beside the published ones. Held locked, so that a sweep knows it from the
/// leftovers of dead processes; removed when dropped.
struct Building {
  sys::FileLock lock;
  sys::TempDir directory;
};

/// The directories of a store of snapshots and the rules by which processes share them:
///
/// - what is built has a name of its own (".new-*") and a lock inside; publishing is a rename;
/// - the store lock is held shared while something is published or built upon, and exclusively by whoever
///   takes a layer away: so a layer that was found under the shared lock stays until the lock is dropped;
/// - what is removed is renamed (".old-*") and so gone at once, whatever time its files take.
class StoreFiles {
 public:
  /// Makes the directories if missing, mode 0700: setuid programs of images are no business of other users
  /// of the host (CVE-2021-41091).
  static Result<StoreFiles> open(sys::PathArg store);

  const sys::UniqueFd& store() const { return store_; }
  const sys::UniqueFd& layers() const { return layers_; }
  const sys::UniqueFd& links() const { return links_; }
  const sys::UniqueFd& active() const { return active_; }
  /// Where the store is now.
  Result<std::string> path() const;

  Result<sys::FileLock> lock(sys::LockMode mode) const;

  Result<Building> begin(sys::BorrowedFd parent) const;
  /// Gives it its name; already_exists when that is taken. Under the shared lock of the caller.
  static Result<> publish(Building building, sys::BorrowedFd parent, const std::string& name);
  /// Renames it out of the way, under the exclusive lock of the caller: the new name, for
  /// remove_retired(); empty when it is not there.
  static Result<std::string> retire(sys::BorrowedFd parent, const std::string& name);
  /// Removes it, without a lock; success also when a sweep does the same at this moment.
  static Result<> remove_retired(sys::BorrowedFd parent, const std::string& aside);

  Result<std::optional<LayerRecord>> find_layer(const oci::Digest& chain_id) const;
  /// Those whose record can be read, by chain id.
  Result<std::vector<LayerRecord>> list_layers() const;
  /// From this layer down to the lowest; not_found when one is missing.
  Result<std::vector<LayerRecord>> chain(const oci::Digest& chain_id) const;
  Result<std::optional<ActiveInfo>> find_active(const std::string& key) const;
  /// By key.
  Result<std::vector<ActiveInfo>> list_active() const;

  /// As Snapshotter.
  Result<Leftovers> measure_leftovers() const;
  Result<Leftovers> remove_leftovers() const;
  Result<std::size_t> sweep() const;

 private:
  StoreFiles() = default;
  struct Leftover;
  Result<> find_leftovers(sys::BorrowedFd parent, std::vector<Leftover>& found) const;
  Result<std::vector<oci::Digest>> find_damaged() const;
  Result<std::size_t> remove_dead_links() const;
  static Result<Leftovers> measure_found(const std::vector<Leftover>& leftovers);
  static Result<> remove_found(const std::vector<Leftover>& leftovers);

  sys::UniqueFd store_;
  sys::UniqueFd layers_;
  sys::UniqueFd links_;
  sys::UniqueFd active_;
};

/// "layers/HEX" below the store, and its tree.
std::string layer_tree(const oci::Digest& chain_id);

/// The chain id that is the name of a directory in layers/; nothing for what else is there.
std::optional<oci::Digest> layer_of_directory(const std::string& name);

/// Whether a record was read and is wrong; not when it could not be read, also if the kernel calls that EIO.
bool is_damage(const Error& error);

/// invalid_argument unless it can be the key of an active snapshot.
Result<> check_key(std::string_view key);

}  // namespace corten::snapshot
