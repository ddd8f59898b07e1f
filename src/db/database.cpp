#include "db/database.hpp"

#include <sqlite3.h>

#include "db/sqlite_error.hpp"

namespace corten::db {
namespace {

// What every connection needs before its first query. journal_mode is kept in the file; the rest is not.
// synchronous=NORMAL with a write-ahead log: a power cut may lose the last transactions, never the file's
// consistency; whatever must survive is on disk as files before its row is written.
constexpr auto kReadWritePragmas =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; "
    "PRAGMA trusted_schema = OFF;";
constexpr auto kReadOnlyPragmas = "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;";

// sqlite.org/uri.html section 3.1: '%', '?' and '#' must not stand in a path as they are.
std::string immutable_uri(std::string_view path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const { (void)sqlite3_close_v2(handle); }

Result<Database> Database::open(const std::string& path, const OpenOptions& options) {
  const bool writes = options.access == Access::read_write;
  const bool immutable = options.access == Access::immutable;
  const int flags = (immutable ? SQLITE_OPEN_URI : 0) |
                    (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2((immutable ? immutable_uri(path) : path).c_str(), &raw, flags, nullptr);
  std::unique_ptr<sqlite3, Close> handle(raw);  // also set after a failure
  if (code != SQLITE_OK) return sqlite_failure(raw, code, fmt::format("opening database '{}'", path));
  (void)sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
  Database database(std::move(handle));
  TRY_CTX(database.execute(writes ? kReadWritePragmas : kReadOnlyPragmas), "opening database '{}'", path);
  return database;
}

Result<> Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_failure(handle_.get(), code, fmt::format("running '{}'", sql));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  if (code != SQLITE_OK) return sqlite_failure(handle_.get(), code, fmt::format("compiling '{}'", sql));
  return Statement(std::unique_ptr<sqlite3_stmt, Statement::Finalize>(raw));
}

Result<std::int64_t> Database::user_version() const {
  auto query = TRY(prepare("PRAGMA user_version"));
  TRY(query.step());
  return query.integer(0);
}

Result<> Database::check_integrity() const {
  auto query = TRY(prepare("PRAGMA integrity_check(1)"));
  TRY(query.step());
  if (const auto verdict = query.text(0); verdict != "ok") {
    return fail(Errc::data_loss, "the database is damaged: {}", verdict);
  }
  return {};
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_.get()); }

Result<Transaction> Transaction::begin(Database& database) {
  TRY(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failed rollback leaves nothing to do: SQLite rolls back by itself when the connection closes.
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Result<> Transaction::commit() && {
  TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace corten::db
