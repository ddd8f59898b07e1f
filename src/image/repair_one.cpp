#include "image/repair_one.hpp"

#include <algorithm>

#include "content/gc.hpp"
#include "content/index_file.hpp"
#include "image/check_images.hpp"
#include "image/fault.hpp"
#include "oci/image_layout.hpp"

namespace corten::image {
namespace {

Result<bool> is_damaged(const content::Store& store, const oci::Digest& digest) {
  const auto verified = store.verify(digest);
  if (verified) return false;
  const auto fault = fault_of(verified.error());
  if (fault == Fault::unknown) return std::unexpected(verified.error().clone());
  return fault == Fault::damaged;
}

// As the check judges, from what is there now.
Result<bool> is_lost(ImageStore& store, const content::NamedDescriptor& entry) {
  Inventory inventory;
  CheckReport report;
  const auto blobs = TRY(store.content().list());
  for (const auto& blob : blobs) inventory.blobs.emplace(blob.digest, blob.size_bytes);
  TRY(check_images(store, {&entry, 1}, inventory, report));
  return std::ranges::any_of(
      report.problems, [](const Problem& problem) { return problem.kind == Problem::Kind::lost_image; });
}

}  // namespace

Result<bool> remove_if_damaged(const content::Store& store, const oci::Digest& digest) {
  const auto find = [&]() -> Result<std::vector<oci::Digest>> {
    const bool damaged = TRY(is_damaged(store, digest));
    return damaged ? std::vector<oci::Digest>{digest} : std::vector<oci::Digest>();
  };
  const auto result = TRY(content::remove_blobs(store, find));
  return !result.removed.empty();
}

Result<bool> forget_if_lost(ImageStore& store, const content::NamedDescriptor& entry) {
  const auto& content = store.content();
  // A pull sets its names when all blobs are there: it comes either before our look or after our write.
  const auto gc_lock = TRY(content::detail::lock_for_gc(content));
  const auto index_lock = TRY(content::lock_index(content));
  auto index = TRY(content::load_index(content));
  const auto is_it = [&](const oci::Descriptor& one) {
    return one.digest == entry.descriptor.digest &&
           oci::layout::find_ref_name(one).value_or("") == entry.name;
  };
  const auto found = std::ranges::find_if(index.manifests, is_it);
  if (found == index.manifests.end()) return false;
  const bool lost = TRY(is_lost(store, {.name = entry.name, .descriptor = *found}));
  if (!lost) return false;
  std::erase_if(index.manifests, is_it);
  TRY_CTX(content::save_index(content, index, content::Reserve::use), "removing the name '{}'", entry.name);
  return true;
}

}  // namespace corten::image
