#include "registry/context.hpp"

#include <algorithm>
#include <condition_variable>

#include "registry/peer.hpp"

namespace corten::registry {

Context::Context(ContextOptions options)
    : options_(std::move(options)),
      random_(std::random_device{}()),
      buffers_(options_.ahead_bytes / std::max<std::uint64_t>(options_.chunk_bytes, 1)) {}

Context::~Context() = default;

Timestamp Context::clock() const { return options_.clock ? options_.clock() : now(); }

double Context::random() {
  const std::scoped_lock lock(mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

Result<> Context::wait(std::chrono::milliseconds delay, const std::stop_token& stop) const {
  if (options_.sleep) {
    options_.sleep(delay);
  } else {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, delay, [] { return false; });
  }
  if (stop.stop_requested()) return fail(Errc::canceled, "canceled");
  return {};
}

void Context::tell(const std::string& text) const {
  if (options_.on_retry) options_.on_retry(text);
}

Result<std::optional<Credentials>> Context::credentials(const std::string& registry) {
  if (!options_.find_credentials) return std::nullopt;
  // Held while a helper program runs: two threads must not ask the user's keyring twice.
  const std::scoped_lock lock(credentials_mutex_);
  if (const auto found = credentials_.find(registry); found != credentials_.end()) return found->second;
  auto credentials = TRY_CTX(options_.find_credentials(registry), "credentials of '{}'", registry);
  credentials_.emplace(registry, credentials);
  return credentials;
}

unsigned Context::take_buffers(unsigned wanted) {
  const std::scoped_lock lock(mutex_);
  const auto taken = static_cast<unsigned>(std::min<std::uint64_t>(wanted, buffers_));
  buffers_ -= taken;
  return taken;
}

void Context::give_back_buffers(unsigned count) {
  const std::scoped_lock lock(mutex_);
  buffers_ += count;
}

Peer& Context::peer(const Endpoint& endpoint) {
  // A space can stand in neither name.
  const auto key = fmt::format("{} {} {}", endpoint.host, endpoint.registry, endpoint.insecure);
  const std::scoped_lock lock(mutex_);
  auto& peer = peers_[key];
  if (peer == nullptr) peer = std::make_unique<Peer>(*this, endpoint);
  return *peer;
}

}  // namespace corten::registry
