#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "db/database.hpp"

namespace corten::db {

/// One step of the schema's history. Steps are only ever appended; the position in the list is the version.
struct Migration {
  std::string purpose;
  std::string sql;
};

/// Brings the file to the newest version, all missing steps in one transaction, so that two processes that
/// open a new store at once do it once and a failure leaves the old version. A file that has seen more steps
/// than we know was written by a newer corten: failed_precondition, nothing is changed.
Result<> migrate(Database& database, std::span<const Migration> migrations);

}  // namespace corten::db
