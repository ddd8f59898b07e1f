// Active snapshots.
#include <fcntl.h>
#include <sys/mount.h>

#include "snapshot/layout.hpp"
#include "snapshot/store.hpp"
#include "sys/atomic_write.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::snapshot {

Result<RootfsMount> LayerStore::prepare(std::string_view key, const std::optional<oci::Digest>& parent,
                                        Access access) {
  TRY(check_key(key));
  ActiveInfo active{.key = std::string(key), .parent = parent, .access = access, .created = now()};
  auto building = TRY_CTX(files_.begin(files_.active()), "preparing '{}'", key);
  // From here on nobody takes a layer of the chain away.
  const auto shared = TRY(files_.lock(sys::LockMode::shared));
  const auto taken = TRY(files_.find_active(active.key));
  if (taken) return fail(Errc::already_exists, "there is an active snapshot '{}'", key);
  const auto chain = TRY_CTX(chain_of(parent), "preparing '{}'", key);
  auto mount = TRY_CTX(mount_for(active, chain), "preparing '{}'", key);
  const sys::BorrowedFd directory = building.directory.fd();
  TRY_CTX(build_active(directory, active, chain), "preparing '{}'", key);
  TRY(sys::write_file_atomically(directory, kRecordFile, as_bytes(to_json(active)), 0600,
                                 sys::Durability::none));
  TRY_CTX(StoreFiles::publish(std::move(building), files_.active(), active.key), "preparing '{}'", key);
  return mount;
}

Result<RootfsMount> LayerStore::mount_of(std::string_view key) const {
  TRY(check_key(key));
  const auto active = TRY(files_.find_active(std::string(key)));
  if (!active) return fail(Errc::not_found, "no active snapshot '{}'", key);
  const auto chain = TRY_CTX(chain_of(active->parent), "active snapshot '{}'", key);
  return mount_for(*active, chain);
}

Result<std::vector<ActiveInfo>> LayerStore::list_active() const { return files_.list_active(); }

Result<std::uint64_t> LayerStore::measure_active(std::string_view key) const {
  TRY(check_key(key));
  const auto active = TRY(files_.find_active(std::string(key)));
  if (!active) return fail(Errc::not_found, "no active snapshot '{}'", key);
  const auto directory = TRY(sys::openat(files_.active(), active->key, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  return measure(directory, *active);
}

Result<> LayerStore::remove_active(std::string_view key) {
  TRY(check_key(key));
  std::string aside;
  {
    const auto exclusive = TRY(files_.lock(sys::LockMode::exclusive));
    aside = TRY(StoreFiles::retire(files_.active(), std::string(key)));
  }
  if (aside.empty()) return {};
  return StoreFiles::remove_retired(files_.active(), aside);
}

Result<RootfsMount> LayerStore::bind_of(const std::string& path, Access access) const {
  const auto store = TRY(files_.path());
  return RootfsMount{.type = "bind",
                     .source = store + "/" + path,
                     .attributes = access == Access::read_only ? std::uint64_t{MOUNT_ATTR_RDONLY} : 0};
}

}  // namespace corten::snapshot
