#include "http/client_pool.hpp"

namespace corten::http {

ClientPool::Lease::~Lease() {
  if (client_ != nullptr) pool_->give_back(std::move(client_));
}

Result<ClientPool::Lease> ClientPool::acquire() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto client = std::move(idle_.back());  // the one used last has the freshest connections
      idle_.pop_back();
      return Lease(*this, std::move(client));
    }
  }
  auto client = TRY(Client::create(options_));
  return Lease(*this, std::make_unique<Client>(std::move(client)));
}

void ClientPool::give_back(std::unique_ptr<Client> client) {
  // One too many goes with the parameter, after the lock: closing connections may take a moment.
  const std::lock_guard lock(mutex_);
  if (idle_.size() < max_idle_) idle_.push_back(std::move(client));
}

}  // namespace corten::http
