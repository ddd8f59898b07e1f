#include "image/image_store.hpp"

#include <utility>

#include "db/schema.hpp"

namespace corten::image {

ImageStore::ImageStore(std::string root, content::Store content, const ImageStoreOptions& options)
    : root_(std::move(root)), options_(options), content_(std::move(content)), names_(content_) {}

ImageStore::~ImageStore() = default;

Result<std::unique_ptr<ImageStore>> ImageStore::open(std::string root, const ImageStoreOptions& options) {
  auto content = TRY(content::Store::open(root));
  return std::unique_ptr<ImageStore>(new ImageStore(std::move(root), std::move(content), options));
}

Result<snapshot::Snapshotter*> ImageStore::snapshots() {
  if (!snapshots_) snapshots_ = TRY(snapshot::open_snapshotter(root_, options_.driver));
  return snapshots_.get();
}

Result<db::Database*> ImageStore::database() {
  if (database_) return &*database_;
  const auto path = root_ + "/corten.db";
  auto database = db::open_store_database(path);
  if (!database && database.error().kind() == Errc::permission_denied) {
    database = db::open_store_database(path, {.access = db::Access::read_only});
  }
  if (!database) return std::unexpected(std::move(database).error());
  database_.emplace(std::move(*database));
  return &*database_;
}

}  // namespace corten::image
