#include "image/blob_sources.hpp"

#include <utility>

#include "db/database.hpp"

namespace corten::image {

Result<> note_blob_sources(ImageStore& store, std::span<const oci::Digest> digests,
                           const std::string& repository) {
  auto* const database = TRY(store.database());
  auto transaction = TRY(db::Transaction::begin(*database));
  {
    auto insert =
        TRY(database->prepare("INSERT OR IGNORE INTO blob_sources (digest, repository) VALUES (?1, ?2)"));
    TRY(insert.bind(2, repository));
    for (const auto& digest : digests) {
      TRY(insert.bind(1, digest.to_string()));
      TRY(insert.run());
      insert.reset();
    }
  }
  return std::move(transaction).commit();
}

Result<std::vector<std::string>> find_blob_sources(ImageStore& store, const oci::Digest& digest) {
  auto* const database = TRY(store.database());
  auto query =
      TRY(database->prepare("SELECT repository FROM blob_sources WHERE digest = ?1 ORDER BY repository"));
  TRY(query.bind(1, digest.to_string()));
  std::vector<std::string> repositories;
  while (true) {
    const auto found = TRY(query.step());
    if (!found) return repositories;
    repositories.push_back(query.text(0));
  }
}

}  // namespace corten::image
