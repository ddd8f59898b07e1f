#include "registry/test_registry.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "http/percent.hpp"
#include "registry/digest_of.hpp"

namespace corten::registry::test {
namespace {

constexpr std::string_view kRepository = "/v2/a/b/";

std::string query_value(const std::string& target, std::string_view name) {
  const auto query = cut(target, '?');
  if (!query) return {};
  for (const auto part : split(query->after, '&')) {
    const auto parts = cut(part, '=');
    if (parts && parts->before == name) return http::percent_decode(parts->after).value_or("");
  }
  return {};
}

}  // namespace

TestRegistry::TestRegistry(Intercept intercept)
    : intercept_(std::move(intercept)),
      server_([this](http::test::Exchange& exchange) { serve(exchange); }) {}

Session TestRegistry::open(ContextOptions options) const {
  if (!options.sleep) options.sleep = [](std::chrono::milliseconds) {};
  const auto host = fmt::format("127.0.0.1:{}", server_.port());
  return {std::make_shared<Context>(std::move(options)),
          {.host = host, .repository = "a/b", .registry = host}};
}

std::vector<std::string> TestRegistry::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::map<std::string, std::string> TestRegistry::blobs() const {
  const std::lock_guard lock(mutex_);
  return blobs_;
}

std::map<std::string, std::string> TestRegistry::manifests() const {
  const std::lock_guard lock(mutex_);
  return manifests_;
}

void TestRegistry::put_blob(const std::string& bytes) { blobs_[digest_of(bytes).to_string()] = bytes; }

void TestRegistry::put_manifest(const std::string& tag_or_digest, const std::string& bytes) {
  manifests_[tag_or_digest] = bytes;
}

std::string TestRegistry::upload_headers() {
  return fmt::format("Location: /v2/a/b/blobs/uploads/1?_state={}%3D%3D\r\nRange: 0-{}\r\n", ++state_,
                     upload_.empty() ? 0 : upload_.size() - 1);
}

void TestRegistry::serve(http::test::Exchange& exchange) {
  const auto& request = exchange.request();
  if (!request.target.starts_with(kRepository)) {
    exchange.reply(200, "{}");
    return;
  }
  if (!request.header("Expect").empty()) exchange.send("HTTP/1.1 100 Continue\r\n\r\n");
  const auto path = request.target.substr(kRepository.size());
  const std::lock_guard lock(mutex_);
  if (intercept_ && intercept_(*this, exchange, request.method + " " + path)) return;
  if (path.starts_with("blobs/uploads/")) return serve_upload(exchange, path);
  if (path.starts_with("blobs/")) return serve_blob(exchange, path.substr(6));
  if (path.starts_with("manifests/")) return serve_manifest(exchange, path.substr(10));
  log_.push_back(request.method + " " + path);
  exchange.reply(404, R"({"errors":[{"code":"UNSUPPORTED"}]})", "Content-Type: application/json\r\n");
}

void TestRegistry::serve_blob(http::test::Exchange& exchange, const std::string& digest) {
  log_.push_back(exchange.request().method + " blob");
  exchange.send(blobs_.contains(digest) ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                                        : "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n");
}

void TestRegistry::serve_upload(http::test::Exchange& exchange, const std::string& target) {
  const auto& request = exchange.request();
  const auto method = request.method;
  if (method == "POST") {
    const auto from = query_value(target, "from");
    log_.push_back(from.empty() ? "POST" : "POST mount from " + from);
    upload_.clear();
    return exchange.reply(202, "", upload_headers());
  }
  if (query_value(target, "_state") != fmt::format("{}==", state_)) {
    log_.push_back(method + " stale");
    (void)exchange.read_body();
    return exchange.reply(404, R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]})");
  }
  if (method == "GET") {
    log_.push_back("GET upload");
    return exchange.reply(204, "", upload_headers());
  }
  const auto range = request.header("Content-Range");
  const auto bytes = exchange.read_body();
  log_.push_back(fmt::format("{} {} bytes{}", method, bytes.size(), range.empty() ? "" : " at " + range));
  upload_ += bytes;
  if (method == "PATCH") return exchange.reply(202, "", upload_headers());
  finish_upload(exchange, target);
}

void TestRegistry::finish_upload(http::test::Exchange& exchange, const std::string& target) {
  const auto digest = digest_of(upload_).to_string();
  if (query_value(target, "digest") != digest) {
    return exchange.reply(400, R"({"errors":[{"code":"DIGEST_INVALID","message":"did not match"}]})",
                          "Content-Type: application/json\r\n");
  }
  blobs_[digest] = upload_;
  ++state_;
  exchange.reply(201, "", fmt::format("Docker-Content-Digest: {}\r\n", digest));
}

void TestRegistry::serve_manifest(http::test::Exchange& exchange, const std::string& name) {
  const auto& request = exchange.request();
  log_.push_back(request.method + " manifest " + name);
  if (request.method == "PUT") {
    const auto bytes = exchange.read_body();
    manifests_[name] = bytes;
    const auto digest = digest_of(bytes).to_string();
    manifests_[digest] = bytes;
    return exchange.reply(201, "", fmt::format("Docker-Content-Digest: {}\r\n", digest));
  }
  const auto found = manifests_.find(name);
  if (found == manifests_.end()) {
    return exchange.reply(404, R"({"errors":[{"code":"MANIFEST_UNKNOWN"}]})");
  }
  if (request.method == "DELETE") {
    manifests_.erase(found);
    return exchange.reply(202);
  }
  const auto kind = found->second.contains("\"manifests\"") ? "index" : "manifest";
  exchange.reply(200, found->second,
                 fmt::format("Content-Type: application/vnd.oci.image.{}.v1+json\r\n", kind));
}

ContextOptions fast_options(int max_attempts) {
  return {.retry = {.max_attempts = max_attempts,
                    .first_delay = std::chrono::milliseconds(1),
                    .max_delay = std::chrono::milliseconds(1)},
          .sleep = [](std::chrono::milliseconds) {}};
}

oci::Descriptor describe(std::string_view bytes) {
  return {.media_type = "application/octet-stream",
          .digest = digest_of(bytes),
          .size_bytes = static_cast<std::int64_t>(bytes.size())};
}

BlobOpener opener(std::string bytes) {
  return [bytes = std::move(bytes)](std::uint64_t offset) -> Result<std::unique_ptr<Source>> {
    return std::make_unique<MemorySource>(std::string_view(bytes).substr(static_cast<std::size_t>(offset)));
  };
}

}  // namespace corten::registry::test
