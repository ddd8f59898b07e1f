#pragma once

#include "http/client.hpp"
#include "http/easy.hpp"
#include "http/tls.hpp"

namespace corten::http {

/// What all transfers of a Client share.
struct ClientConfig {
  ClientOptions options;
  TlsMaterial tls;
  std::string ca_pem;  ///< The system's CA certificates and the additions; empty: libcurl's own default.
};

/// One message to one server: a request, or what became of it after a redirect.
struct Message {
  Method method = Method::get;
  Url url;
  Headers headers = {};
  bool has_body = false;
  std::optional<std::uint64_t> body_length = {};  ///< Of a body; nothing: chunked.
  Expect expect = Expect::never;
  std::optional<ByteRange> range = {};
  Timeouts timeouts = {};
  bool first_origin = true;  ///< False once a redirect left the origin of the request, and from then on.
  bool first_host = true;    ///< False while on another host than that of the request.
  const Proxy* proxy = nullptr;
};

/// Sets everything about a message on a fresh handle but the callbacks.
Result<> configure_easy(Easy& easy, const Message& message, const ClientConfig& config);

}  // namespace corten::http
