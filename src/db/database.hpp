#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "db/statement.hpp"

struct sqlite3;

namespace corten::db {

enum class Access : std::uint8_t {
  read_only,
  read_write,
  /// For a file that nobody has open and nobody can write, such as on a disk mounted read-only: without this,
  /// a database with a write-ahead log is refused where its -shm file cannot be made. Locks and logs are
  /// ignored (sqlite.org/wal.html, "Read-Only Databases").
  immutable,
};

struct OpenOptions {
  Access access = Access::read_write;
  /// How long to wait for another process that holds the write lock.
  std::chrono::milliseconds busy_timeout{10'000};
};

/// One connection to one SQLite file: write-ahead log, foreign keys on, used by one thread at a time. Many
/// processes may have the same file open; readers never wait, writers take turns.
///
/// The file is a cache, and what blob_sources notes: losing it costs time, never names or bytes.
/// Errors: unavailable (locked for longer than the timeout, disk full or failing), data_loss (not a database
/// or damaged), permission_denied, not_found (read-only and absent).
class Database {
 public:
  /// Opens the file, making it if needed when `access` is read_write.
  static Result<Database> open(const std::string& path, const OpenOptions& options = {});

  Database(Database&&) noexcept = default;
  Database& operator=(Database&&) noexcept = default;
  ~Database() = default;

  /// Runs statements without results, separated by semicolons.
  Result<> execute(const std::string& sql);

  /// Compiles one statement. It must not outlive the database.
  Result<Statement> prepare(std::string_view sql) const;

  /// PRAGMA user_version: how many migrations the file has seen.
  Result<std::int64_t> user_version() const;

  /// Reads every page: data_loss with the first problem if the file is damaged.
  Result<> check_integrity() const;

  /// Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  explicit Database(std::unique_ptr<sqlite3, Close> handle) : handle_(std::move(handle)) {}

  std::unique_ptr<sqlite3, Close> handle_;
};

/// A write transaction (BEGIN IMMEDIATE: the write lock is taken at the start, so that a read inside cannot
/// be outdated by the time of the write). Rolled back unless committed. Does not nest.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);

  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<> commit() &&;

 private:
  explicit Transaction(Database& database) : database_(&database) {}

  Database* database_;
};

}  // namespace corten::db
