#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/test_server.hpp"
#include "registry/context.hpp"
#include "registry/repository.hpp"
#include "registry/session.hpp"

/// Test support for what writes to a registry.
namespace corten::registry::test {

/// A registry in memory that behaves like docker-registry where nothing else is said: an upload's address
/// changes with every answer, and an old one is not known any more.
class TestRegistry {
 public:
  /// Answers instead of the registry when it returns true; from the server's threads, under the lock.
  using Intercept = std::function<bool(TestRegistry&, http::test::Exchange&, const std::string& request)>;

  explicit TestRegistry(Intercept intercept = {});

  bool ok() const { return server_.ok(); }
  std::string url(std::string_view path) const { return server_.url(path); }
  /// A session for repository "a/b" here, with tries that wait for nothing.
  Session open(ContextOptions options = {}) const;

  /// "POST uploads", "PUT blob 3 bytes": what came, without the look at /v2/.
  std::vector<std::string> log() const;
  std::vector<http::test::Received> requests() const { return server_.requests(); }
  std::map<std::string, std::string> blobs() const;
  std::map<std::string, std::string> manifests() const;

  /// To be used by the test before the first request, or by Intercept.
  void put_blob(const std::string& bytes);
  void put_manifest(const std::string& tag_or_digest, const std::string& bytes);
  /// What the current upload has so far.
  std::string& upload() { return upload_; }
  /// The headers of an answer about it: a new address and the range.
  std::string upload_headers();
  void note(std::string text) { log_.push_back(std::move(text)); }

 private:
  void serve(http::test::Exchange& exchange);
  void serve_blob(http::test::Exchange& exchange, const std::string& digest);
  void serve_upload(http::test::Exchange& exchange, const std::string& target);
  void finish_upload(http::test::Exchange& exchange, const std::string& target);
  void serve_manifest(http::test::Exchange& exchange, const std::string& name);

  mutable std::mutex mutex_;
  Intercept intercept_;
  std::vector<std::string> log_;
  std::map<std::string, std::string> blobs_;
  std::map<std::string, std::string> manifests_;
  std::string upload_;
  int state_ = 0;
  http::test::Server server_;  // last: its threads use the rest
};

/// Policies of tests: no waiting, and no more tries than a test wants to see.
ContextOptions fast_options(int max_attempts = 4);

oci::Descriptor describe(std::string_view bytes);

/// Sources that read from the opener's own copy.
BlobOpener opener(std::string bytes);

}  // namespace corten::registry::test
