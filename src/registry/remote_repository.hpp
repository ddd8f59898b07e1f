#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/context.hpp"
#include "registry/repository.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// A Repository behind HTTP. Its methods stand in files by topic: remote_documents.cpp, remote_blobs.cpp and
/// remote_repository_write.cpp.
class RemoteRepository final : public Repository {
 public:
  /// `endpoints` as RegistriesConfig::endpoints() gives them: mirrors first, the registry itself last.
  RemoteRepository(std::shared_ptr<Context> context, std::vector<Endpoint> endpoints);

  Result<oci::Descriptor> resolve(std::string_view tag_or_digest) override;
  Result<FetchedDocument> fetch_document(std::string_view tag_or_digest) override;
  Result<std::unique_ptr<Source>> fetch_blob(const oci::Descriptor& descriptor, std::uint64_t offset = 0,
                                             const std::stop_token& stop = {}) override;
  Result<bool> has_blob(const oci::Digest& digest) override;
  Result<PushOutcome> push_blob(const oci::Descriptor& descriptor, const BlobOpener& open,
                                const PushBlobOptions& options = {}) override;
  Result<> push_document(std::string_view bytes, std::string_view media_type,
                         std::string_view tag_or_digest) override;
  Result<std::vector<oci::Descriptor>> list_referrers(const oci::Digest& subject,
                                                      std::string_view artifact_type = {}) override;
  Result<std::vector<std::string>> list_tags() override;
  Result<> delete_document(const oci::Digest& digest) override;

 private:
  /// The registry itself, where writes go.
  Session& origin() { return *sessions_.back(); }

  std::shared_ptr<Context> context_;
  // Shared with the Sources that fetch_blob() gives out, which may outlive the repository.
  std::vector<std::shared_ptr<Session>> sessions_;
};

}  // namespace corten::registry
