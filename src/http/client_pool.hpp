#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "http/client.hpp"

namespace corten::http {

/// Clients with the same options for many threads: each thread takes one and gives it back with its
/// connections still open. Thread-safe; must outlive its leases.
class ClientPool {
 public:
  explicit ClientPool(ClientOptions options, std::size_t max_idle = 8)
      : options_(std::move(options)), max_idle_(max_idle) {}

  /// A Client for one thread. Destroy the responses before the lease.
  class Lease {
   public:
    Lease(ClientPool& pool, std::unique_ptr<Client> client) : pool_(&pool), client_(std::move(client)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();

    Client& operator*() const { return *client_; }
    Client* operator->() const { return client_.get(); }

   private:
    ClientPool* pool_;
    std::unique_ptr<Client> client_;
  };

  /// An idle client, or a new one (errors of Client::create()).
  Result<Lease> acquire();

 private:
  void give_back(std::unique_ptr<Client> client);

  ClientOptions options_;
  std::size_t max_idle_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Client>> idle_;
};

}  // namespace corten::http
