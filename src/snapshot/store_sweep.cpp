// What is left over in a store of snapshots.
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>

#include "snapshot/layout.hpp"
#include "snapshot/store_files.hpp"
#include "snapshot/tree.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/remove_tree.hpp"

namespace corten::snapshot {

struct StoreFiles::Leftover {
  sys::BorrowedFd parent;
  std::string name;
  std::optional<sys::FileLock> lock;  // so that nobody else takes it for dead meanwhile
};

namespace {

bool is_aside(const std::string& name) { return name.starts_with(kBuilding) || name.starts_with(kRemoving); }

// The lock of a directory that nobody builds any more. Whoever builds one drops it without the store lock, so
// it may go while it is looked at.
Result<std::optional<sys::FileLock>> lock_if_dead(sys::BorrowedFd parent, const std::string& name) {
  const auto own = sys::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (!own && own.error().kind() == Errc::not_found) return std::nullopt;
  if (!own) return std::unexpected(own.error().clone());
  auto lock = sys::FileLock::try_acquire(*own, kBuildLock, sys::LockMode::exclusive);
  if (lock || (lock.error().kind() != Errc::not_found && lock.error().errnum() != EROFS)) return lock;
  return std::nullopt;
}

Result<bool> has_any_aside(sys::BorrowedFd parent) {
  const auto directory = TRY(sys::openat(parent, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  return std::ranges::any_of(entries, [](const auto& entry) { return is_aside(entry.name); });
}

Result<std::uint64_t> measure(sys::BorrowedFd parent, const std::string& name) {
  const auto status = TRY(sys::find_status(parent, name));
  if (!status) return 0U;
  if (!status->is_directory()) return status->size_bytes;
  const auto directory = TRY(sys::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const auto size = TRY(measure_tree(directory));
  return size.size_bytes;
}

}  // namespace

Result<> StoreFiles::find_leftovers(sys::BorrowedFd parent, std::vector<Leftover>& found) const {
  const auto directory = TRY(sys::openat(parent, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  for (const auto& entry : entries) {
    if (!is_aside(entry.name)) continue;
    Leftover leftover{.parent = parent, .name = entry.name, .lock = {}};
    // What is no directory, and what is being removed, has no lock.
    if (entry.name.starts_with(kBuilding) && entry.type == sys::FileType::directory) {
      leftover.lock = TRY(lock_if_dead(parent, entry.name));
      if (!leftover.lock) continue;
    }
    found.push_back(std::move(leftover));
  }
  return {};
}

// Of layers without a good record none goes while something lies on one of them: that one's record would say
// what it lies on itself, which may be another of them. The same when a record cannot be read at all.
Result<std::vector<oci::Digest>> StoreFiles::find_damaged() const {
  const auto directory = TRY(sys::openat(layers_, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  std::vector<oci::Digest> damaged;
  std::set<oci::Digest> needed;
  for (const auto& entry : entries) {
    const auto chain_id = layer_of_directory(entry.name);
    if (!chain_id) continue;
    const auto record = find_layer(*chain_id);
    if (!record && !is_damage(record.error())) return std::vector<oci::Digest>();
    if (!record || !*record) {
      damaged.push_back(*chain_id);
    } else if (const auto& parent = (*record)->info.name.parent) {
      needed.insert(*parent);
    }
  }
  const auto active = list_active();
  if (!active) return std::vector<oci::Digest>();
  for (const auto& snapshot : *active) {
    if (snapshot.parent) needed.insert(*snapshot.parent);
  }
  const auto is_needed = [&](const oci::Digest& chain_id) { return needed.contains(chain_id); };
  if (std::ranges::any_of(damaged, is_needed)) damaged.clear();
  return damaged;
}

Result<std::size_t> StoreFiles::remove_dead_links() const {
  const auto directory = TRY(sys::openat(links_, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  std::size_t removed = 0;
  for (const auto& entry : entries) {
    if (entry.type != sys::FileType::symlink) continue;
    const auto target = TRY(sys::readlinkat(links_, entry.name));
    const auto status = TRY(sys::find_status(links_, target));
    if (status) continue;
    TRY(sys::unlinkat(links_, entry.name));
    ++removed;
  }
  return removed;
}

Result<> StoreFiles::remove_retired(sys::BorrowedFd parent, const std::string& aside) {
  auto removed = sys::remove_tree_at(parent, aside);
  if (!removed && removed.error().kind() == Errc::not_found) return {};
  return removed;
}

// One that cannot be removed does not keep the others.
Result<> StoreFiles::remove_found(const std::vector<Leftover>& leftovers) {
  Result<> result;
  for (const auto& leftover : leftovers) {
    auto removed = remove_retired(leftover.parent, leftover.name);
    if (removed || !result) continue;
    result = with_frame(std::move(removed).error(), "removing what an interrupted command left");
  }
  return result;
}

Result<Leftovers> StoreFiles::measure_found(const std::vector<Leftover>& leftovers) {
  Leftovers sum;
  for (const auto& leftover : leftovers) {
    const auto bytes = measure(leftover.parent, leftover.name);
    if (!bytes && bytes.error().kind() == Errc::not_found) continue;
    if (!bytes) return std::unexpected(bytes.error().clone());
    ++sum.count;
    sum.size_bytes += *bytes;
  }
  return sum;
}

Result<Leftovers> StoreFiles::measure_leftovers() const {
  std::vector<Leftover> found;
  TRY(find_leftovers(layers_, found));
  TRY(find_leftovers(active_, found));
  return measure_found(found);
}

Result<Leftovers> StoreFiles::remove_leftovers() const {
  const bool in_layers = TRY(has_any_aside(layers_));
  const bool in_active = TRY(has_any_aside(active_));
  if (!in_layers && !in_active) return Leftovers();
  std::vector<Leftover> found;
  {
    const auto exclusive = TRY(sys::FileLock::try_acquire(store_, kStoreLock, sys::LockMode::exclusive));
    if (!exclusive) return Leftovers();
    TRY(find_leftovers(layers_, found));
    TRY(find_leftovers(active_, found));
  }
  const auto size = TRY(measure_found(found));
  TRY(remove_found(found));
  return size;
}

Result<std::size_t> StoreFiles::sweep() const {
  std::vector<Leftover> found;
  std::size_t count = 0;
  {
    const auto exclusive = TRY(lock(sys::LockMode::exclusive));
    TRY(find_leftovers(layers_, found));
    TRY(find_leftovers(active_, found));
    const auto damaged = TRY(find_damaged());
    for (const auto& chain_id : damaged) {
      auto aside = TRY(retire(layers_, chain_id.hex()));
      if (!aside.empty()) found.push_back({.parent = layers_, .name = std::move(aside), .lock = {}});
    }
    count = TRY(remove_dead_links());
  }
  // Their locks are ours; the files may take a while.
  TRY(remove_found(found));
  return count + found.size();
}

}  // namespace corten::snapshot
