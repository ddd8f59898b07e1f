#include "snapshot/store_files.hpp"

#include <fcntl.h>

#include <algorithm>

#include "base/strings.hpp"
#include "snapshot/layout.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/random_name.hpp"

namespace corten::snapshot {

namespace {

constexpr std::size_t kMaxRecordBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxKeyBytes = 128;
constexpr mode_t kPrivate = 0700;

Result<sys::UniqueFd> open_private(sys::BorrowedFd store, const char* name) {
  auto made = sys::mkdirat(store, name, kPrivate);
  if (!made && made.error().kind() != Errc::already_exists && made.error().errnum() != EROFS) {
    return std::unexpected(std::move(made).error());
  }
  auto fd = TRY(sys::openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const auto status = TRY(sys::fstat(fd));
  if ((status.permissions & 077U) != 0) TRY(sys::fchmod(fd, kPrivate));
  return fd;
}

Result<std::optional<std::string>> read_record(sys::BorrowedFd parent, const std::string& name) {
  auto text = sys::read_file(parent, name + "/" + kRecordFile, kMaxRecordBytes);
  if (text) return std::move(*text);
  if (text.error().kind() == Errc::not_found) return std::nullopt;
  return std::unexpected(std::move(text).error());
}

}  // namespace

std::string layer_tree(const oci::Digest& chain_id) {
  return fmt::format("{}/{}/{}", kLayersDirectory, chain_id.hex(), kTreeDirectory);
}

std::optional<oci::Digest> layer_of_directory(const std::string& name) {
  for (const auto* algorithm : {"sha256:", "sha512:"}) {
    if (auto digest = oci::Digest::parse(algorithm + name)) return *digest;
  }
  return std::nullopt;
}

bool is_damage(const Error& error) { return error.kind() == Errc::data_loss && error.errnum() == 0; }

Result<> check_key(std::string_view key) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (key.empty() || key.size() > kMaxKeyBytes || key[0] == '.' || !std::ranges::all_of(key, allowed)) {
    return fail(Errc::invalid_argument, "'{}' is not a key of an active snapshot", printable(key));
  }
  return {};
}

Result<StoreFiles> StoreFiles::open(sys::PathArg store) {
  StoreFiles files;
  TRY(sys::ensure_directory(sys::BorrowedFd::cwd(), store, kPrivate));
  files.store_ = TRY(sys::open(store, O_RDONLY | O_DIRECTORY));
  files.layers_ = TRY(open_private(files.store_, kLayersDirectory));
  files.links_ = TRY(open_private(files.store_, kLinksDirectory));
  files.active_ = TRY(open_private(files.store_, kActiveDirectory));
  return files;
}

Result<std::string> StoreFiles::path() const { return sys::describe_path(store_); }

Result<sys::FileLock> StoreFiles::lock(sys::LockMode mode) const {
  return sys::FileLock::acquire(store_, kStoreLock, mode);
}

Result<Building> StoreFiles::begin(sys::BorrowedFd parent) const {
  // Under the shared lock, so that no sweep meets the directory before it is locked.
  const auto shared = TRY(lock(sys::LockMode::shared));
  auto directory = TRY(sys::TempDir::create(parent, kBuilding));
  auto own = TRY(sys::FileLock::acquire(directory.fd(), kBuildLock, sys::LockMode::exclusive));
  return Building{.lock = std::move(own), .directory = std::move(directory)};
}

Result<> StoreFiles::publish(Building building, sys::BorrowedFd parent, const std::string& name) {
  TRY(sys::unlinkat(building.directory.fd(), kBuildLock));
  return std::move(building.directory).persist(parent, name);
}

Result<std::string> StoreFiles::retire(sys::BorrowedFd parent, const std::string& name) {
  auto aside = TRY(sys::random_name(kRemoving));
  auto moved = sys::renameat(parent, name, parent, aside, sys::RenameMode::no_replace);
  if (moved) return aside;
  if (moved.error().kind() == Errc::not_found) return std::string();
  return std::unexpected(std::move(moved).error());
}

Result<std::optional<LayerRecord>> StoreFiles::find_layer(const oci::Digest& chain_id) const {
  const auto text = TRY(read_record(layers_, chain_id.hex()));
  if (!text) return std::nullopt;
  auto record = TRY_CTX(parse_layer_record(*text), "layer '{}'", chain_id.to_string());
  if (record.info.name.chain_id != chain_id) {
    return fail(Errc::data_loss, "layer '{}' has the record of '{}'", chain_id.to_string(),
                record.info.name.chain_id.to_string());
  }
  return record;
}

Result<std::vector<LayerRecord>> StoreFiles::list_layers() const {
  const auto directory = TRY(sys::openat(layers_, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  std::vector<LayerRecord> layers;
  for (const auto& entry : entries) {
    const auto digest = layer_of_directory(entry.name);
    if (!digest) continue;
    auto record = find_layer(*digest);
    if (!record && is_damage(record.error())) continue;
    if (!record) return std::unexpected(std::move(record).error());
    if (*record) layers.push_back(std::move(**record));
  }
  std::ranges::sort(layers, {}, [](const LayerRecord& record) { return record.info.name.chain_id; });
  return layers;
}

Result<std::vector<LayerRecord>> StoreFiles::chain(const oci::Digest& chain_id) const {
  std::vector<LayerRecord> layers;
  std::optional<oci::Digest> next = chain_id;
  while (next) {
    auto record = TRY(find_layer(*next));
    if (!record) return fail(Errc::not_found, "no layer '{}'", next->to_string());
    // A record can only name what was there before it; a damaged one must not lead in a circle.
    const auto same = [&](const LayerRecord& seen) { return seen.info.name == record->info.name; };
    if (std::ranges::any_of(layers, same)) {
      return fail(Errc::data_loss, "layer '{}' lies on itself", next->to_string());
    }
    next = record->info.name.parent;
    layers.push_back(std::move(*record));
  }
  return layers;
}

Result<std::optional<ActiveInfo>> StoreFiles::find_active(const std::string& key) const {
  const auto text = TRY(read_record(active_, key));
  if (!text) return std::nullopt;
  auto record = TRY_CTX(parse_active_record(*text), "active snapshot '{}'", key);
  return record;
}

Result<std::vector<ActiveInfo>> StoreFiles::list_active() const {
  const auto directory = TRY(sys::openat(active_, ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  std::vector<ActiveInfo> active;
  for (const auto& entry : entries) {
    if (!check_key(entry.name)) continue;
    auto record = TRY(find_active(entry.name));
    if (record) active.push_back(std::move(*record));
  }
  return active;
}

}  // namespace corten::snapshot
