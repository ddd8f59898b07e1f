#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"

/// Test support: an HTTP/1.1 server on 127.0.0.1 that answers as a test scripts it, byte by byte if it likes.
namespace corten::http::test {

class TlsIdentity;
class Channel;

/// What came in: the request line and headers as sent, up to the empty line.
struct Received {
  std::string method;
  std::string target;
  std::string head;
  std::string body;

  /// Of a header, compared without case; empty if absent.
  std::string header(std::string_view name) const;
};

/// One request on one connection, for the script to answer.
class Exchange {
 public:
  Exchange(Channel& channel, Received& request) : channel_(channel), request_(request) {}

  const Received& request() const { return request_; }
  /// The body, by Content-Length or chunked.
  const std::string& read_body();
  /// Bytes as they are. False when the client is gone.
  bool send(std::string_view bytes);
  /// A whole answer with Content-Length. `headers` are lines that end in \r\n.
  void reply(int status, std::string_view body = "", std::string_view headers = "");
  /// Waits, but not longer than the server lives.
  void pause(std::chrono::milliseconds time);
  /// The connection ends after this exchange; `reset` sends RST instead of FIN.
  void close(bool reset = false);
  /// After a CONNECT was answered: TLS with this identity, on the same connection.
  bool start_tls(const TlsIdentity& identity);
  bool closed() const { return closed_; }

 private:
  std::string read_chunked();

  Channel& channel_;
  Received& request_;
  bool closed_ = false;
};

using Script = std::function<void(Exchange&)>;

class Server {
 public:
  /// Serves until destroyed, a thread for each connection; `script` runs in these. With an identity over TLS.
  explicit Server(Script script, const TlsIdentity* identity = nullptr);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// False if the machine has no usable loopback: skip the test.
  bool ok() const { return listener_ >= 0; }
  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:port" + path, or https.
  std::string url(std::string_view path = "/") const;
  std::vector<Received> requests() const;
  int connections() const;
  /// The certificate subject that a client showed last, or empty.
  std::string last_client_subject() const;

 private:
  void accept_loop();
  void serve(int fd);

  Script script_;
  const TlsIdentity* identity_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::vector<int> open_;
  std::vector<std::thread> workers_;
  std::vector<Received> requests_;
  int connections_ = 0;
  std::string client_subject_;
};

}  // namespace corten::http::test

/// Ends a test on machines without loopback.
#define CORTEN_REQUIRE_SERVER(server) \
  if (!(server).ok()) GTEST_SKIP() << "cannot listen on 127.0.0.1"
