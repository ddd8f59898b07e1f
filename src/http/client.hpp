#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "http/headers.hpp"
#include "http/proxy.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/tls.hpp"

namespace corten::http {

class Multi;
struct ClientConfig;

/// libcurl before 8.4 stalls or loses the end of HTTP/2 bodies that are read slowly (curl issues 10988 and
/// 11982), and buffers up to 32 MiB for each; with HTTP/1.1 a slow reader just fills the socket.
enum class HttpVersion : std::uint8_t { http1_1, http2_if_offered };

struct ClientOptions {
  std::string user_agent = "corten";
  TlsOptions tls = {};
  ProxySettings proxies = {};  ///< None by default: see load_proxy_settings().
  HttpVersion version = HttpVersion::http1_1;
  HeaderLimits header_limits = {};
  /// When set, every connection goes to this socket, whatever the URL's host; no proxy, and redirects stay on
  /// their origin.
  std::string unix_socket = {};
  long max_idle_connections = 8;
};

/// An HTTP client: sends requests over http and https and keeps connections for the next ones. It does not
/// ask for or undo any content encoding and keeps no cookies; a proxy is used only if the options say so.
/// Credentials are sent to the origin that they were given for and nowhere else.
///
///   auto url = TRY(Url::parse("https://example.org/blob"));
///   auto client = TRY(Client::create());
///   auto response = TRY(client.send({.url = url}));
///   if (response.status() == 200) TRY(copy_stream(response.body(), file));
///
/// Used by one thread at a time (see ClientPool), and nothing runs behind its back: bytes move while that
/// thread is inside send() or reads a body. Several responses may be open at once. Must outlive its
/// responses.
class Client {
 public:
  /// Loads libcurl (unsupported if it is not installed) and the files of `options.tls`.
  static Result<Client> create(const ClientOptions& options = {});
  Client(Client&& other) noexcept;
  Client& operator=(Client&& other) noexcept;
  ~Client();

  /// Sends a request, follows redirects as it says, and returns when the headers of the final response are
  /// there. Any status is a success: 404 is an answer. `stop` ends the exchange, reading of the body
  /// included.
  ///
  /// Errors: unavailable (could not look up, connect, send or receive, or took too long: may pass),
  /// failed_precondition (certificate, forbidden redirect, body that cannot be sent again), data_loss (the
  /// answer is not HTTP or its headers are too large), invalid_argument (the request), canceled. Their
  /// outermost frame is "GET https://host/path", redacted.
  Result<Response> send(Request request, const std::stop_token& stop = {});

 private:
  Client(std::unique_ptr<ClientConfig> config, std::unique_ptr<Multi> multi);

  std::unique_ptr<ClientConfig> config_;
  std::unique_ptr<Multi> multi_;
};

}  // namespace corten::http
