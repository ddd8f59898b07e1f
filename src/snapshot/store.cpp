#include "snapshot/store.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/check.hpp"
#include "snapshot/layout.hpp"
#include "snapshot/tree.hpp"
#include "sys/atomic_write.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/random_name.hpp"

namespace corten::snapshot {

namespace {

// Reads the records of a chain as far down as somebody looks: most layers need the topmost only.
class ChainReader {
 public:
  ChainReader(const StoreFiles& files, const std::optional<oci::Digest>& top) : files_(&files), next_(top) {}

  Result<std::optional<std::string>> tree_at(std::size_t n) {
    while (n >= trees_.size() && next_) {
      const auto record = TRY(files_->find_layer(*next_));
      if (!record) return fail(Errc::failed_precondition, "there is no layer '{}' below", next_->to_string());
      trees_.push_back(layer_tree(*next_));
      next_ = record->info.name.parent;
    }
    if (n >= trees_.size()) return std::nullopt;
    return trees_[n];
  }

 private:
  const StoreFiles* files_;
  std::optional<oci::Digest> next_;
  std::vector<std::string> trees_;
};

// There is nothing of that name, or something of another type. Any other failure says nothing of the layer.
bool says_absent(const Error& error) {
  return error.errnum() == ENOENT || error.errnum() == ENOTDIR || error.errnum() == ELOOP ||
         error.errnum() == EINVAL;
}

}  // namespace

Result<std::unique_ptr<LayerWriter>> LayerStore::begin_layer() {
  return DirectoryWriter::create(files_, *form_);
}

Result<LayerStore::Chain> LayerStore::chain_of(const std::optional<oci::Digest>& parent) const {
  if (!parent) return Chain();
  return files_.chain(*parent);
}

Result<LayerInfo> LayerStore::commit(std::unique_ptr<LayerWriter> writer, const LayerName& name) {
  auto* const own = dynamic_cast<DirectoryWriter*>(writer.get());
  CORTEN_CHECK(own != nullptr, "a writer is committed where it was begun");
  const auto there = TRY(find(name.chain_id));
  if (there) return *there;
  if (!own->complete()) {
    return fail(Errc::failed_precondition, "layer '{}' is not unpacked", name.diff_id.to_string());
  }
  TRY_CTX(settle(*own, name), "committing layer '{}'", name.diff_id.to_string());
  const auto record = TRY(write_record(*own, name));
  // Not under the lock: it may take as long as unpacking did.
  TRY_CTX(sys::syncfs(own->directory()), "flushing layer '{}'", name.diff_id.to_string());
  auto published = publish(*own, record);
  if (!published && published.error().kind() == Errc::already_exists) {
    const auto other = TRY(find(name.chain_id));
    if (other) return *other;
  }
  TRY_CTX(std::move(published), "publishing layer '{}'", name.chain_id.to_string());
  return record.info;
}

Result<> LayerStore::settle(DirectoryWriter& writer, const LayerName& name) const {
  const auto shared = TRY(files_.lock(sys::LockMode::shared));
  ChainReader chain(files_, name.parent);
  TRY(chain.tree_at(0));  // the parent must be there, also if nobody asks for it
  const LowerLayers lower(files_.store(), [&](std::size_t n) { return chain.tree_at(n); }, *form_);
  return writer.unpacker().settle(lower);
}

Result<LayerRecord> LayerStore::write_record(DirectoryWriter& writer, const LayerName& name) const {
  const auto size = TRY(measure_tree(writer.tree()));
  const auto& unpacker = writer.unpacker();
  LayerRecord record{.info = {.name = name,
                              .size_bytes = size.size_bytes,
                              .entries = size.entries,
                              .created = now(),
                              .foreign_owners = unpacker.foreign_owners()},
                     .has_whiteouts = unpacker.has_whiteouts(),
                     .hides_all = unpacker.hides_all()};
  if (wants_links()) {
    // 12 digits: short enough for 128 of them in a page, and enough never to meet.
    constexpr std::size_t kLinkBytes = 12;
    record.link = TRY(sys::random_name(""));
    record.link.resize(kLinkBytes);
  }
  TRY(sys::write_file_atomically(writer.directory(), kRecordFile, as_bytes(to_json(record)), 0600,
                                 sys::Durability::none));
  return record;
}

Result<> LayerStore::publish(DirectoryWriter& writer, const LayerRecord& record) const {
  const auto& name = record.info.name;
  const auto shared = TRY(files_.lock(sys::LockMode::shared));
  if (name.parent) {
    const auto parent = TRY(find(*name.parent));
    if (!parent) return fail(Errc::failed_precondition, "its parent '{}' is gone", name.parent->to_string());
  }
  if (!record.link.empty()) {
    TRY(sys::symlinkat("../" + layer_tree(name.chain_id), files_.links(), record.link));
  }
  auto published = StoreFiles::publish(writer.take(), files_.layers(), name.chain_id.hex());
  if (!published && !record.link.empty()) (void)sys::unlinkat(files_.links(), record.link);
  TRY(std::move(published));
  if (!record.link.empty()) TRY(sys::fsync(files_.links()));
  return sys::fsync(files_.layers());
}

Result<std::optional<LayerInfo>> LayerStore::find(const oci::Digest& chain_id) const {
  const auto record = TRY(files_.find_layer(chain_id));
  if (!record) return std::nullopt;
  return record->info;
}

Result<std::vector<LayerInfo>> LayerStore::list() const {
  const auto records = TRY(files_.list_layers());
  std::vector<LayerInfo> layers;
  layers.reserve(records.size());
  for (const auto& record : records) layers.push_back(record.info);
  return layers;
}

Result<> LayerStore::require_unused(const oci::Digest& chain_id) const {
  const auto layers = TRY(files_.list_layers());
  for (const auto& layer : layers) {
    if (layer.info.name.parent == chain_id) {
      return fail(Errc::failed_precondition, "layer '{}' lies on it", layer.info.name.chain_id.to_string());
    }
  }
  const auto active = TRY(files_.list_active());
  for (const auto& snapshot : active) {
    if (snapshot.parent == chain_id) {
      return fail(Errc::failed_precondition, "the active snapshot '{}' lies on it", snapshot.key);
    }
  }
  return {};
}

Result<> LayerStore::remove(const oci::Digest& chain_id) {
  std::string aside;
  {
    const auto exclusive = TRY(files_.lock(sys::LockMode::exclusive));
    TRY_CTX(require_unused(chain_id), "removing layer '{}'", chain_id.to_string());
    const auto record = files_.find_layer(chain_id);
    aside = TRY(StoreFiles::retire(files_.layers(), chain_id.hex()));
    if (record && *record && !(*record)->link.empty()) {
      auto unlinked = sys::unlinkat(files_.links(), (*record)->link);
      if (!unlinked && unlinked.error().kind() != Errc::not_found) return unlinked;
    }
  }
  if (aside.empty()) return {};
  return StoreFiles::remove_retired(files_.layers(), aside);
}

Result<> LayerStore::verify(const oci::Digest& chain_id) const {
  const auto record = TRY(files_.find_layer(chain_id));
  if (!record) return fail(Errc::not_found, "no layer '{}'", chain_id.to_string());
  auto tree = sys::openat(files_.store(), layer_tree(chain_id), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!tree && !says_absent(tree.error())) return std::unexpected(std::move(tree).error());
  if (!tree) return fail(Errc::data_loss, "layer '{}' has no files", chain_id.to_string());
  const auto found = TRY(measure_tree(*tree));
  const auto& info = record->info;
  if (found.entries != info.entries) {
    return fail(Errc::data_loss, "layer '{}' has {} entries, not {}", chain_id.to_string(), found.entries,
                info.entries);
  }
  if (found.size_bytes != info.size_bytes) {
    return fail(Errc::data_loss, "the files of layer '{}' have {} bytes, not {}", chain_id.to_string(),
                found.size_bytes, info.size_bytes);
  }
  if (record->link.empty()) return {};
  auto target = sys::readlinkat(files_.links(), record->link);
  if (!target && !says_absent(target.error())) return std::unexpected(std::move(target).error());
  if (!target || *target != "../" + layer_tree(chain_id)) {
    return fail(Errc::data_loss, "the short name of layer '{}' is missing", chain_id.to_string());
  }
  return {};
}

Result<Leftovers> LayerStore::measure_leftovers() const { return files_.measure_leftovers(); }

Result<Leftovers> LayerStore::remove_leftovers() { return files_.remove_leftovers(); }

Result<std::size_t> LayerStore::sweep() { return files_.sweep(); }

}  // namespace corten::snapshot
