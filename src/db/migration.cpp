#include "db/migration.hpp"

namespace corten::db {

Result<> migrate(Database& database, std::span<const Migration> migrations) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  const auto before = TRY(database.user_version());
  if (before == newest) return {};
  auto transaction = TRY(Transaction::begin(database));
  // Asked again under the write lock: another process may have migrated meanwhile.
  const auto current = TRY(database.user_version());
  if (current > newest) {
    return with_hint(
        fail(Errc::failed_precondition, "the database has version {}, this corten knows {}", current, newest),
        "use the newer corten that wrote it, or another --root");
  }
  for (const auto& step : migrations.subspan(static_cast<std::size_t>(current))) {
    TRY_CTX(database.execute(step.sql), "migrating the database: {}", step.purpose);
  }
  TRY(database.execute(fmt::format("PRAGMA user_version = {}", newest)));
  return std::move(transaction).commit();
}

}  // namespace corten::db
