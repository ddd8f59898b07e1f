#include "db/sqlite_error.hpp"

#include <sqlite3.h>

namespace corten::db {
namespace {

Errc kind_of(int code) {
  if (code == SQLITE_IOERR_CORRUPTFS) return Errc::data_loss;
  switch (code & 0xFF) {  // the low byte is the primary code
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_IOERR:  // the file may be whole
      return Errc::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Errc::data_loss;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return Errc::permission_denied;
    case SQLITE_CANTOPEN:
      return Errc::not_found;
    case SQLITE_CONSTRAINT:
      return Errc::already_exists;
    case SQLITE_INTERRUPT:
      return Errc::canceled;
    default:
      return Errc::internal;
  }
}

}  // namespace

std::unexpected<Error> sqlite_failure(sqlite3* handle, int code, std::string_view doing) {
  const char* detail = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  return fail(kind_of(code), "{}: {}", doing, detail);
}

}  // namespace corten::db
