#include "image/image_store.hpp"

#include <fcntl.h>

#include <utility>

#include "db/schema.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::image {

namespace {
constexpr auto kDatabase = "corten.db";

std::string database_path(const std::string& root) { return fmt::format("{}/{}", root, kDatabase); }

// SQLite says "unable to open" where it could not make the files beside a database.
bool may_be_read_only(const Error& error) {
  return error.kind() == Errc::permission_denied || error.kind() == Errc::not_found;
}
}  // namespace

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

Result<snapshot::Snapshotter*> ImageStore::find_snapshots() {
  const auto layers = TRY(sys::find_status(content_.directory(), "layers"));
  if (!layers) return nullptr;
  return snapshots();
}

Result<db::Database*> ImageStore::database() {
  if (database_) return &*database_;
  const auto path = database_path(root_);
  // SQLite would let others read it; the files beside it get the mode of this one.
  (void)sys::openat(content_.directory(), kDatabase, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  auto database = db::open_store_database(path);
  for (const auto access : {db::Access::read_only, db::Access::immutable}) {
    if (database || !may_be_read_only(database.error())) break;
    database = db::open_store_database(path, {.access = access});
  }
  if (!database) return std::unexpected(std::move(database).error());
  database_.emplace(std::move(*database));
  return &*database_;
}

Result<> ImageStore::renew_database() {
  database_.reset();
  db::discard_store_database(database_path(root_));
  TRY(database());
  return {};
}

}  // namespace corten::image
