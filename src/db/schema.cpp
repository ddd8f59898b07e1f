#include "db/schema.hpp"

#include <cstdio>
#include <iterator>

namespace corten::db {
namespace {

// Columns that hold a digest hold its text, "sha256:...". Times are seconds since 1970 and nanoseconds.
const Migration schema[] = {
    {.purpose = "what `images` shows without reading manifests and configs",
     .sql = "CREATE TABLE images ("
            "manifest_digest TEXT PRIMARY KEY, media_type TEXT NOT NULL, manifest_bytes INTEGER NOT NULL,"
            "id TEXT NOT NULL, os TEXT NOT NULL, architecture TEXT NOT NULL, variant TEXT NOT NULL,"
            "os_version TEXT NOT NULL, created_seconds INTEGER, created_nanoseconds INTEGER,"
            "size_bytes INTEGER NOT NULL, labels TEXT NOT NULL, chain_ids TEXT NOT NULL) WITHOUT ROWID;"},
    {.purpose = "which repository a blob came from or went to: for mounts, and for giving back dropped blobs",
     .sql = "CREATE TABLE blob_sources ("
            "digest TEXT NOT NULL, repository TEXT NOT NULL,"  // "docker.io/library/ubuntu"
            "PRIMARY KEY (digest, repository)) WITHOUT ROWID;"},
    {.purpose = "the blob that an uncompressed layer became when it was pushed",
     .sql = "CREATE TABLE compressed_layers ("
            "diff_id TEXT NOT NULL, compression TEXT NOT NULL, level INTEGER NOT NULL,"
            "digest TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
            "PRIMARY KEY (diff_id, compression, level)) WITHOUT ROWID;"},
};

Result<Database> open_and_migrate(const std::string& path, const OpenOptions& options) {
  auto database = TRY(Database::open(path, options));
  if (options.access == Access::read_write) {
    TRY(migrate(database, schema));
    return database;
  }
  const auto version = TRY(database.user_version());
  if (version == static_cast<std::int64_t>(std::size(schema))) return database;
  return fail(Errc::failed_precondition, "database '{}' has version {}, this corten reads {}", path, version,
              std::size(schema));
}

}  // namespace

// SQLite's own files beside it go too: a log of another database would be replayed into the new one.
void discard_store_database(const std::string& path) {
  (void)std::rename(path.c_str(), (path + ".damaged").c_str());
  for (const auto* suffix : {"-wal", "-shm"}) (void)std::remove((path + suffix).c_str());
}

std::span<const Migration> store_schema() { return schema; }

Result<Database> open_store_database(const std::string& path, const OpenOptions& options) {
  auto database = open_and_migrate(path, options);
  if (database || database.error().kind() != Errc::data_loss || options.access != Access::read_write) {
    return database;
  }
  discard_store_database(path);
  return open_and_migrate(path, options);
}

}  // namespace corten::db
