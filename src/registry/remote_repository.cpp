#include "registry/remote_repository.hpp"

#include "base/check.hpp"

namespace corten::registry {

RemoteRepository::RemoteRepository(std::shared_ptr<Context> context, std::vector<Endpoint> endpoints)
    : context_(std::move(context)) {
  CORTEN_CHECK(!endpoints.empty(), "the registry itself is always there");
  for (auto& endpoint : endpoints) {
    sessions_.push_back(std::make_shared<Session>(context_, std::move(endpoint)));
  }
}

}  // namespace corten::registry
