#pragma once

#include <span>
#include <string>

#include "db/database.hpp"
#include "db/migration.hpp"

namespace corten::db {

/// The tables of a store's database, all modules' in one list, since one file has one history. What is in
/// them is a cache of the store or a note that makes work cheaper: a lost file costs time, never images.
std::span<const Migration> store_schema();

/// Opens `path` and brings it to the newest version of store_schema(). A file that is damaged is moved aside
/// (".damaged" is added to its name) and begun anew.
Result<Database> open_store_database(const std::string& path, const OpenOptions& options = {});

/// Moves the file aside as above, whatever its state. No connection to it may be open in this process.
void discard_store_database(const std::string& path);

}  // namespace corten::db
