#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <stop_token>

#include "http/client_pool.hpp"
#include "registry/authorizer.hpp"
#include "registry/context.hpp"
#include "registry/session.hpp"

namespace corten::registry {

/// One host as met so far: the scheme it speaks, open connections, and what it asks for to authenticate.
/// Thread-safe.
class Peer {
 public:
  /// `context` owns this.
  Peer(Context& context, const Endpoint& endpoint);

  /// "https://host/", or "http://host/" where that is allowed and all that the host speaks: found out with
  /// the first call, by a request without credentials.
  Result<http::Url> base();

  /// Whether plain http is allowed: the host is loopback, or the user said so.
  bool may_be_plain() const { return may_be_plain_; }
  Authorizer& authorizer() { return authorizer_; }
  bool unreachable() const { return unreachable_; }
  void set_unreachable() { unreachable_ = true; }

  /// One exchange over one of the host's connections; no retries, no authentication.
  Result<Exchange> send(http::Request request, const std::stop_token& stop);

 private:
  Result<http::ClientPool*> pool();
  Result<Exchange> probe(const http::Url& base);
  Result<http::Url> find_base(const http::Url& https);
  bool is_plain(Result<Exchange>& answer) const;

  Context& context_;
  Endpoint endpoint_;
  bool may_be_plain_;
  Authorizer authorizer_;
  std::atomic<bool> unreachable_ = false;
  std::mutex base_mutex_;
  std::optional<http::Url> base_;
  std::mutex pool_mutex_;
  std::optional<http::ClientPool> pool_;
};

}  // namespace corten::registry
