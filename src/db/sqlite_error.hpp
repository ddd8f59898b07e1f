#pragma once

#include <string_view>

#include "base/result.hpp"

struct sqlite3;

namespace corten::db {

/// What a SQLite result code means for the caller, with SQLite's own text. `handle` may be null.
std::unexpected<Error> sqlite_failure(sqlite3* handle, int code, std::string_view doing);

}  // namespace corten::db
