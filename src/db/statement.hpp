#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3_stmt;

namespace corten::db {

/// A compiled statement. Parameters are numbered from 1 (`?1`), columns from 0, as in SQLite.
///   auto query = TRY(database.prepare("SELECT digest FROM images WHERE name = ?1"));
///   TRY(query.bind(1, name));
///   bool found = TRY(query.step());
///   if (found) digest = query.text(0);
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;
  ~Statement() = default;

  Result<> bind(int parameter, std::int64_t value);
  Result<> bind(int parameter, std::string_view text);
  Result<> bind_null(int parameter);

  /// The next row: false when there is none left.
  Result<bool> step();

  /// step() for statements without rows; an error if there is one.
  Result<> run();

  /// Ready to be bound and stepped again; parameters keep their values.
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  /// Nothing for NULL.
  std::optional<std::string> find_text(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };

  explicit Statement(std::unique_ptr<sqlite3_stmt, Finalize> handle) : handle_(std::move(handle)) {}

  std::unexpected<Error> failure(int code, std::string_view doing) const;

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace corten::db
