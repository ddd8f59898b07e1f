#include <fcntl.h>

#include <memory>
#include <set>

#include "content/gc.hpp"
#include "content/index_file.hpp"
#include "content/store.hpp"
#include "image/repair.hpp"
#include "oci/document.hpp"
#include "oci/image_layout.hpp"
#include "oci/media_type.hpp"
#include "sys/atomic_write.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/temp.hpp"

namespace corten::image {
namespace {

constexpr std::size_t kMaxMarkerBytes = 4096;
constexpr std::size_t kCopyBytes = std::size_t{64} * 1024;

enum class FileState : std::uint8_t { sound, missing, damaged, newer };

struct LayoutState {
  FileState marker;
  FileState index;

  bool needs_repair() const {
    // What a newer corten wrote is for that one to mend. A marker that is missing is made by opening the
    // store.
    if (marker == FileState::newer) return false;
    return marker == FileState::damaged || index != FileState::sound;
  }
};

// Only a text that is wrong, or longer than any can be, is damage: what the file system does not give for
// another reason may be whole.
template <typename Parse>
Result<FileState> look_at_file(sys::BorrowedFd root, std::string_view name, std::size_t max_bytes,
                               const Parse& parse) {
  const auto status = TRY(sys::find_status(root, std::string(name)));
  if (!status) return FileState::missing;
  const auto text = sys::read_file(root, std::string(name), max_bytes);
  if (!text && text.error().errnum() != 0) return std::unexpected(text.error().clone());
  return text ? parse(*text) : FileState::damaged;
}

Result<LayoutState> look(sys::BorrowedFd root) {
  const auto parse_marker = [](std::string_view text) {
    const auto checked = oci::layout::check_marker(text);
    if (checked) return FileState::sound;
    return checked.error().kind() == Errc::unsupported ? FileState::newer : FileState::damaged;
  };
  const auto parse_index = [](std::string_view text) {
    return oci::layout::parse_index(text) ? FileState::sound : FileState::damaged;
  };
  const auto marker = TRY(look_at_file(root, oci::layout::kMarkerFile, kMaxMarkerBytes, parse_marker));
  const auto index =
      TRY(look_at_file(root, oci::layout::kIndexFile, oci::layout::kMaxIndexBytes, parse_index));
  return LayoutState{.marker = marker, .index = index};
}

// The document that a blob is, if it is one. A blob that cannot be read for now may be an image, and gc would
// remove what has no entry: that is an error.
Result<std::optional<oci::Document>> find_document(const content::Store& store,
                                                   const content::BlobInfo& blob) {
  if (blob.size_bytes > oci::kMaxDocumentBytes) return std::nullopt;
  const auto bytes = store.read_blob(blob.digest, oci::kMaxDocumentBytes);
  if (!bytes) {
    const auto& error = bytes.error();
    if (error.kind() == Errc::data_loss && error.errnum() == 0) return std::nullopt;  // its bytes are wrong
    return std::unexpected(error.clone());
  }
  const auto first = bytes->find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (*bytes)[first] != '{') return std::nullopt;
  auto document = oci::parse_document(*bytes);
  if (!document) return std::nullopt;
  return std::move(*document);
}

// An entry for each blob that is a manifest or an index and that no index here has.
Result<oci::Index> rebuild_index(const content::Store& store) {
  const auto blobs = TRY(store.list());
  oci::Index index{.media_type = std::string(oci::media_type::kOciIndex)};
  std::set<oci::Digest> children;
  for (const auto& blob : blobs) {
    const auto document = TRY(find_document(store, blob));
    if (!document) continue;
    index.manifests.push_back({.media_type = document->media_type,
                               .digest = blob.digest,
                               .size_bytes = static_cast<std::int64_t>(blob.size_bytes)});
    if (document->index() == nullptr) continue;
    for (const auto& child : document->index()->manifests) children.insert(child.digest);
  }
  std::erase_if(index.manifests, [&](const auto& entry) { return children.contains(entry.digest); });
  return index;
}

Result<> copy_file(sys::BorrowedFd root, const std::string& from, const std::string& to) {
  const auto source = TRY(sys::openat(root, from, O_RDONLY | O_NOFOLLOW));
  auto file = TRY(sys::TempFile::create(root, ".corten-new-"));
  sys::FdSource in(source);
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kCopyBytes);
  while (true) {
    const auto size = TRY(in.read({buffer.get(), kCopyBytes}));
    if (size == 0) break;
    TRY(sys::write_all(file.fd(), {buffer.get(), size}));
  }
  TRY(sys::fdatasync(file.fd()));
  return std::move(file).persist(to, sys::RenameMode::no_replace);
}

// A second name, so that the file is never missing under its own; a copy where there are no hard links. What
// an earlier repair kept stays. The name that was given.
Result<std::string> keep_damaged(sys::BorrowedFd root, const std::string& name) {
  for (int number = 1;; ++number) {
    auto kept = fmt::format("{}.damaged-{}", name, number);
    const auto taken = TRY(sys::find_status(root, kept));
    if (taken) continue;
    if (sys::linkat(root, name, root, kept)) return kept;
    auto copied = copy_file(root, name, kept);
    if (copied) return kept;
    if (copied.error().kind() != Errc::already_exists) return std::unexpected(std::move(copied).error());
  }
}

Result<std::string> done_line(sys::BorrowedFd root, std::string_view name, FileState state) {
  if (state == FileState::missing) return fmt::format("made a new '{}', which was missing", name);
  const auto kept = TRY(keep_damaged(root, std::string(name)));
  return fmt::format("made a new '{}'; the old one is '{}'", name, kept);
}

Result<std::vector<std::string>> repair_locked(const content::Store& store) {
  const auto& root = store.directory();
  std::vector<std::string> done;
  // Looked at again: another repair may have been faster.
  const auto state = TRY(look(root));
  if (!state.needs_repair()) return done;
  if (state.marker == FileState::damaged) {
    auto line = TRY(done_line(root, oci::layout::kMarkerFile, state.marker));
    TRY(sys::write_file_atomically(root, std::string(oci::layout::kMarkerFile),
                                   as_bytes(oci::layout::marker_text()), 0644,
                                   sys::Durability::content_and_name));
    done.push_back(std::move(line));
  }
  if (state.index == FileState::sound) return done;
  const auto index = TRY(rebuild_index(store));
  auto line = TRY(done_line(root, oci::layout::kIndexFile, state.index));
  TRY(content::save_index(store, index, content::Reserve::use));
  done.push_back(std::move(line));
  done.push_back(fmt::format("entered {} images without a name", index.manifests.size()));
  return done;
}

// An empty directory becomes a store when it is opened, and somebody else's directory never does.
Result<bool> has_blobs(sys::BorrowedFd root) {
  const auto status = TRY(sys::find_status(root, std::string(oci::layout::kBlobsDirectory)));
  return status && status->is_directory();
}

}  // namespace

Result<std::vector<std::string>> repair_layout(const std::string& root) {
  const auto status = TRY(sys::find_status(sys::BorrowedFd::cwd(), root));
  if (!status) return std::vector<std::string>{};
  const auto directory = TRY(sys::open_directory(sys::BorrowedFd::cwd(), root));
  const auto state = TRY(look(directory));
  const bool is_store = TRY(has_blobs(directory));
  if (!is_store || !state.needs_repair()) return std::vector<std::string>{};
  const auto store = TRY(content::Store::open_damaged(root));
  // gc between the loss of the names and the new entries would take everything.
  const auto gc_lock = TRY(content::detail::lock_for_gc(store));
  const auto index_lock = TRY(content::lock_index(store));
  return repair_locked(store);
}

}  // namespace corten::image
