#include "db/statement.hpp"

#include <sqlite3.h>

#include "db/sqlite_error.hpp"

namespace corten::db {

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { (void)sqlite3_finalize(handle); }

std::unexpected<Error> Statement::failure(int code, std::string_view doing) const {
  return sqlite_failure(sqlite3_db_handle(handle_.get()), code, doing);
}

Result<> Statement::bind(int parameter, std::int64_t value) {
  const int code = sqlite3_bind_int64(handle_.get(), parameter, value);
  if (code != SQLITE_OK) return failure(code, fmt::format("binding parameter {}", parameter));
  return {};
}

Result<> Statement::bind(int parameter, std::string_view text) {
  // SQLITE_TRANSIENT: SQLite takes a copy, so that a caller may pass a temporary.
  const int code =
      sqlite3_bind_text64(handle_.get(), parameter, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) return failure(code, fmt::format("binding parameter {}", parameter));
  return {};
}

Result<> Statement::bind_null(int parameter) {
  const int code = sqlite3_bind_null(handle_.get(), parameter);
  if (code != SQLITE_OK) return failure(code, fmt::format("binding parameter {}", parameter));
  return {};
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failure(code, fmt::format("running '{}'", sqlite3_sql(handle_.get())));
}

Result<> Statement::run() {
  const bool row = TRY(step());
  if (row) return fail(Errc::internal, "'{}' gave a row where none was expected", sqlite3_sql(handle_.get()));
  return {};
}

void Statement::reset() { (void)sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string Statement::text(int column) const { return find_text(column).value_or(""); }

std::optional<std::string> Statement::find_text(int column) const {
  const auto* text = sqlite3_column_text(handle_.get(), column);
  if (text == nullptr) return std::nullopt;
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return std::string(reinterpret_cast<const char*>(text), size);
}

}  // namespace corten::db
