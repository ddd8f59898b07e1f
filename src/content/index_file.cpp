#include "content/index_file.hpp"

#include <nlohmann/json.hpp>

#include "content/layout.hpp"
#include "content/reserve.hpp"
#include "oci/image_layout.hpp"
#include "sys/atomic_write.hpp"
#include "sys/file.hpp"

namespace corten::content {
namespace {

Result<> write(const Store& store, std::string_view text) {
  return sys::write_file_atomically(store.directory(), std::string(oci::layout::kIndexFile), as_bytes(text),
                                    0644, sys::Durability::content_and_name);
}

}  // namespace

Result<oci::Index> load_index(const Store& store) {
  const std::string file(oci::layout::kIndexFile);
  const auto bytes = TRY(sys::read_file(store.directory(), file, oci::layout::kMaxIndexBytes));
  return TRY_CTX(oci::layout::parse_index(bytes), "reading the names of the store");
}

Result<sys::FileLock> lock_index(const Store& store) {
  return sys::FileLock::acquire(store.directory(), kIndexLockFile, sys::LockMode::exclusive);
}

Result<> save_index(const Store& store, const oci::Index& index, Reserve reserve) {
  const auto text = to_json_text(oci::to_json(index));
  // What could not be read again would be the end of all names.
  if (text.size() > oci::layout::kMaxIndexBytes || index.manifests.size() > oci::layout::kMaxIndexEntries) {
    return with_hint(fail(Errc::failed_precondition, "the store has {} names, in {} bytes: no more fit",
                          index.manifests.size(), text.size()),
                     "remove names that are not needed");
  }
  TRY_CTX(oci::layout::parse_index(text), "checking the new names of the store");
  auto written = write(store, text);
  if (!written && says_no_room(written.error()) && reserve == Reserve::use) {
    TRY(release_reserve(store));
    return write(store, text);
  }
  if (written) keep_reserve(store);
  return written;
}

}  // namespace corten::content
