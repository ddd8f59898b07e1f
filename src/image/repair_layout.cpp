#include <set>

#include "content/store.hpp"
#include "image/repair.hpp"
#include "oci/document.hpp"
#include "oci/image_layout.hpp"
#include "oci/media_type.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::image {
namespace {

constexpr std::size_t kMaxMarkerBytes = 4096;

bool is_sound(sys::BorrowedFd root, const std::string& name) {
  if (name == oci::layout::kMarkerFile) {
    const auto text = sys::read_file(root, name, kMaxMarkerBytes);
    // A newer version is no damage.
    const auto checked = text ? oci::layout::check_marker(*text) : Result<>();
    return text && (checked || checked.error().kind() == Errc::unsupported);
  }
  const auto text = sys::read_file(root, name, oci::layout::kMaxIndexBytes);
  return text && oci::layout::parse_index(*text);
}

// An entry for each blob that is a manifest or an index and that no index here has.
Result<std::vector<oci::Descriptor>> find_documents(const content::Store& store) {
  const auto blobs = TRY(store.list());
  std::vector<oci::Descriptor> found;
  std::set<oci::Digest> children;
  for (const auto& blob : blobs) {
    if (blob.size_bytes > oci::kMaxDocumentBytes) continue;
    const auto bytes = store.read_blob(blob.digest, oci::kMaxDocumentBytes);
    if (!bytes || !bytes->starts_with('{')) continue;
    const auto document = oci::parse_document(*bytes);
    if (!document) continue;
    found.push_back({.media_type = document->media_type,
                     .digest = blob.digest,
                     .size_bytes = static_cast<std::int64_t>(blob.size_bytes)});
    if (document->index() == nullptr) continue;
    for (const auto& child : document->index()->manifests) children.insert(child.digest);
  }
  std::erase_if(found, [&](const auto& descriptor) { return children.contains(descriptor.digest); });
  return found;
}

Result<std::string> name_again(const std::string& root) {
  const auto store = TRY(content::Store::open(root));
  const content::Names names(store);
  const auto documents = TRY(find_documents(store));
  for (const auto& document : documents) TRY(names.add_unnamed(document));
  return fmt::format("entered {} images without a name", documents.size());
}

}  // namespace

Result<std::vector<std::string>> repair_layout(const std::string& root) {
  std::vector<std::string> done;
  const auto status = TRY(sys::find_status(sys::BorrowedFd::cwd(), root));
  if (!status) return done;
  const auto directory = TRY(sys::open_directory(sys::BorrowedFd::cwd(), root));
  bool index_lost = false;
  for (const auto file : {oci::layout::kMarkerFile, oci::layout::kIndexFile}) {
    const std::string name(file);
    const auto present = TRY(sys::find_status(directory, name));
    if (!present || is_sound(directory, name)) continue;
    TRY(sys::renameat(directory, name, directory, name + ".damaged"));
    done.push_back(fmt::format("moved '{0}' aside to '{0}.damaged' and made a new one", name));
    index_lost = index_lost || file == oci::layout::kIndexFile;
  }
  if (!index_lost) return done;
  auto named = TRY(name_again(root));
  done.push_back(std::move(named));
  return done;
}

}  // namespace corten::image
