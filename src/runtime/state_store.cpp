#include "runtime/state_store.hpp"

#include <fcntl.h>

#include "runtime/bundle.hpp"
#include "sys/atomic_write.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/remove_tree.hpp"

namespace corten::runtime {
namespace {

constexpr const char* kRecord = "state.json";
constexpr const char* kConfig = "config.json";
constexpr const char* kLock = "lock";
constexpr std::size_t kMaxRecordBytes = std::size_t{4} * 1024 * 1024;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

}  // namespace

Result<ContainerRecord> ContainerDirectory::load() const {
  const auto text = TRY(sys::read_file(fd_, kRecord, kMaxRecordBytes));
  return parse_record(text);
}

Result<> ContainerDirectory::save(const ContainerRecord& record) const {
  const auto text = to_json_text(record);
  // The directory lies where a reboot empties it: nothing need survive a power cut.
  TRY_CTX(sys::write_file_atomically(fd_, kRecord, as_bytes(text), kFileMode, sys::Durability::none),
          "recording container '{}'", id_);
  return {};
}

Result<> ContainerDirectory::save_config(std::string_view text) const {
  auto file = TRY(sys::openat(fd_, kConfig, O_WRONLY | O_CREAT | O_TRUNC, kFileMode));
  TRY_CTX(sys::write_all(file, as_bytes(text)), "recording container '{}'", id_);
  return file.close();
}

Result<oci::Spec> ContainerDirectory::load_config() const {
  const auto text = TRY(sys::read_file(fd_, kConfig, kMaxRecordBytes));
  return parse_config(text);
}

Result<sys::FileLock> ContainerDirectory::lock() const {
  return sys::FileLock::acquire(fd_, kLock, sys::LockMode::exclusive);
}

Result<std::optional<sys::FileLock>> ContainerDirectory::try_lock() const {
  return sys::FileLock::try_acquire(fd_, kLock, sys::LockMode::exclusive);
}

bool ContainerDirectory::waits_for_start() const {
  const auto status = sys::find_status(fd_, kStartSocket);
  return status && status->has_value();
}

Result<> ContainerDirectory::remove_start_socket() const { return sys::unlinkat(fd_, kStartSocket); }

Result<> ContainerDirectory::remove() const {
  TRY_CTX(sys::remove_tree_at(parent_, id_), "removing the record of container '{}'", id_);
  return {};
}

Result<ContainerDirectory> StateStore::create(const ContainerId& id) const {
  TRY_CTX(sys::ensure_directory(sys::BorrowedFd::cwd(), root_, kDirectoryMode), "making the state directory");
  auto parent = TRY(sys::open_directory(sys::BorrowedFd::cwd(), root_));
  const auto made = sys::mkdirat(parent, id.text(), kDirectoryMode);
  if (!made && made.error().kind() == Errc::already_exists) {
    return with_hint(fail(Errc::already_exists, "container with id '{}' already exists", id.text()),
                     "delete it or choose another id");
  }
  if (!made) return with_frame(made.error().clone(), "recording container '{}' in '{}'", id.text(), root_);
  auto fd = TRY(sys::open_directory(parent, id.text()));
  return ContainerDirectory(std::move(parent), std::move(fd), root_ + "/" + id.text(), id.text());
}

Result<ContainerDirectory> StateStore::open(const ContainerId& id) const {
  const auto missing = [&] {
    return with_hint(fail(Errc::not_found, "container '{}' does not exist", id.text()),
                     "looked in '{}'; another place is named by --root", root_);
  };
  auto parent = sys::open_directory(sys::BorrowedFd::cwd(), root_);
  if (!parent && parent.error().kind() == Errc::not_found) return missing();
  if (!parent) return std::unexpected(std::move(parent).error());
  auto fd = sys::open_directory(*parent, id.text());
  if (!fd && fd.error().kind() == Errc::not_found) return missing();
  if (!fd) return std::unexpected(std::move(fd).error());
  return ContainerDirectory(std::move(*parent), std::move(*fd), root_ + "/" + id.text(), id.text());
}

Result<std::vector<ContainerId>> StateStore::list() const {
  std::vector<ContainerId> ids;
  const auto root = sys::open_directory(sys::BorrowedFd::cwd(), root_);
  if (!root && root.error().kind() == Errc::not_found) return ids;
  if (!root) return std::unexpected(root.error().clone());
  const auto entries = TRY(sys::read_directory(*root));
  for (const auto& entry : entries) {
    if (entry.type != sys::FileType::directory && entry.type != sys::FileType::unknown) continue;
    auto id = ContainerId::parse(entry.name);
    if (id) ids.push_back(std::move(*id));
  }
  return ids;
}

}  // namespace corten::runtime
