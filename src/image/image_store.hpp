#pragma once

#include <memory>
#include <optional>
#include <string>

#include "content/lease.hpp"
#include "content/names.hpp"
#include "content/store.hpp"
#include "db/database.hpp"
#include "snapshot/open.hpp"

namespace corten::image {

struct ImageStoreOptions {
  /// What the store must use; what it has been used with when absent.
  std::optional<snapshot::Driver> driver = {};
};

/// Everything that images are kept in, below one root directory (`--root`): blobs and names (an OCI image
/// layout), unpacked layers, and the database of what is cheaper to remember than to find out. The parts are
/// opened when first asked for, so that `images` neither probes overlay nor opens what it does not read.
///
/// Used by one thread at a time, as its parts say of themselves; threads of one command open their own parts.
/// A root that cannot be written serves readers.
class ImageStore {
 public:
  static Result<std::unique_ptr<ImageStore>> open(std::string root, const ImageStoreOptions& options = {});

  ImageStore(const ImageStore&) = delete;
  ImageStore& operator=(const ImageStore&) = delete;
  ~ImageStore();

  /// Absolute.
  const std::string& root() const { return root_; }
  const content::Store& content() const { return content_; }
  const content::Names& names() const { return names_; }
  Result<snapshot::Snapshotter*> snapshots();
  /// Null while nothing was ever unpacked here: for those who only look, and must not choose the driver that
  /// the store then keeps.
  Result<snapshot::Snapshotter*> find_snapshots();
  Result<db::Database*> database();
  /// Moves the database aside and begins a new one: for one that turned out to be damaged.
  Result<> renew_database();

 private:
  ImageStore(std::string root, content::Store content, const ImageStoreOptions& options);

  std::string root_;
  ImageStoreOptions options_;
  content::Store content_;
  content::Names names_;
  std::unique_ptr<snapshot::Snapshotter> snapshots_;
  std::optional<db::Database> database_;
};

}  // namespace corten::image
