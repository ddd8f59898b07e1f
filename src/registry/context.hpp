#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "http/proxy.hpp"
#include "http/request.hpp"
#include "http/retry.hpp"
#include "http/tls.hpp"
#include "registry/client.hpp"
#include "registry/registries_config.hpp"

namespace corten::registry {

class Peer;  // one host as met so far: peer.hpp

enum class OfflineToken : std::uint8_t { unwanted, wanted };

/// What requests depend on, given as values and small functions so that tests need no files and no waiting.
struct ContextOptions {
  TlsVerify tls_verify = TlsVerify::required;
  http::RetryPolicy retry = {};
  http::ProxySettings proxies = {};
  http::Timeouts timeouts = {};
  std::stop_token stop = {};
  /// As ClientOptions::on_retry.
  std::function<void(const std::string&)> on_retry = {};
  /// Asked once for each registry, when a server wants credentials; nobody has any when empty.
  std::function<Result<std::optional<Credentials>>(const std::string& registry)> find_credentials = {};
  /// TLS files for a host[:port]; none when empty.
  std::function<Result<http::TlsOptions>(const std::string& host)> find_tls = {};

  unsigned connections_per_blob = 3;
  /// Blobs of more bytes come over several connections, in pieces of chunk_bytes.
  std::uint64_t parallel_from_bytes = std::uint64_t{32} * 1024 * 1024;
  std::uint64_t chunk_bytes = std::uint64_t{4} * 1024 * 1024;
  /// What pieces fetched ahead may take in memory, of all blobs together.
  std::uint64_t ahead_bytes = std::uint64_t{24} * 1024 * 1024;

  /// Asks token servers for a refresh token as well: for `login`.
  OfflineToken offline_token = OfflineToken::unwanted;

  /// The clock, for tokens that expire and Retry-After; now() when empty.
  std::function<Timestamp()> clock = {};
  /// Takes the place of waiting between tries.
  std::function<void(std::chrono::milliseconds)> sleep = {};
};

/// Shared by everything that talks to registries in one Client: options, credentials, and what is known about
/// each host (its scheme, its open connections, its tokens). Thread-safe.
class Context {
 public:
  explicit Context(ContextOptions options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  const ContextOptions& options() const { return options_; }
  Timestamp clock() const;
  /// From [0, 1): spreads retries.
  double random();
  /// canceled when `stop` asks to stop meanwhile, or did before.
  Result<> wait(std::chrono::milliseconds delay, const std::stop_token& stop) const;
  void tell(const std::string& text) const;

  /// The stored credentials of a registry, looked up once.
  Result<std::optional<Credentials>> credentials(const std::string& registry);

  /// Takes up to `wanted` of the buffers for pieces fetched ahead; how many there were. Given back together
  /// or apart.
  unsigned take_buffers(unsigned wanted);
  void give_back_buffers(unsigned count);

  /// What is known about the endpoint's host; lives as long as the context.
  Peer& peer(const Endpoint& endpoint);

 private:
  ContextOptions options_;
  std::mutex mutex_;
  std::mt19937_64 random_;
  std::uint64_t buffers_;
  std::map<std::string, std::unique_ptr<Peer>> peers_;
  std::mutex credentials_mutex_;
  std::map<std::string, std::optional<Credentials>> credentials_;
};

}  // namespace corten::registry
