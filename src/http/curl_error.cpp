#include "http/curl_error.hpp"

#include <cerrno>

#include "base/strings.hpp"

namespace corten::http {
namespace {

Error connect_error(const CurlFailure& failure) {
  const auto target = failure.proxy.empty() ? failure.peer : failure.proxy;
  const auto* what = failure.proxy.empty() ? "could not connect to" : "could not connect to proxy";
  return {Errc::unavailable, fmt::format("{} '{}'", what, target), failure.os_errno};
}

Error tls_error(const CurlFailure& failure) {
  Error error(Errc::failed_precondition, fmt::format("the TLS certificate of '{}' cannot be trusted: {}",
                                                     failure.peer, printable(failure.detail)));
  error.set_hint("add the CA that issued it, or allow this host to be insecure");
  return error;
}

Error with_detail(Errc kind, std::string_view text, const CurlFailure& failure) {
  auto frame = std::string(text);
  if (!failure.detail.empty()) frame.append(": ").append(printable(failure.detail));
  return {kind, std::move(frame)};
}

Error handshake_error(const CurlFailure& failure) {
  // A reset during the handshake looks like any other TLS failure but may pass.
  const bool reset = failure.os_errno == ECONNRESET || failure.os_errno == EPIPE;
  if (reset) {
    return {Errc::unavailable, fmt::format("the TLS handshake with '{}' was cut off", failure.peer),
            failure.os_errno};
  }
  auto error = with_detail(Errc::failed_precondition,
                           fmt::format("the TLS handshake with '{}' failed", failure.peer), failure);
  error.set_hint("a host that speaks only plain http must be allowed to be insecure");
  return error;
}

Error refused_tunnel(const CurlFailure& failure) {
  // 5xx may pass; 403 and 407 will not.
  const auto kind = failure.connect_status >= 500 ? Errc::unavailable : Errc::failed_precondition;
  return {kind, fmt::format("proxy '{}' refused to connect us to '{}' with status {}", failure.proxy,
                            failure.peer, failure.connect_status)};
}

}  // namespace

Error make_curl_error(const CurlFailure& failure) {
  if (failure.connect_status >= 300) return refused_tunnel(failure);
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {Errc::unavailable,
              fmt::format("could not resolve host '{}'", failure.peer.substr(0, failure.peer.rfind(':')))};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {Errc::unavailable, fmt::format("could not resolve the host of proxy '{}'", failure.proxy)};
    case CURLE_COULDNT_CONNECT:
      return connect_error(failure);
    case CURLE_PROXY:
      return with_detail(Errc::unavailable, fmt::format("proxy '{}' did not connect us", failure.proxy),
                         failure);
    case CURLE_OPERATION_TIMEDOUT:
      return {Errc::unavailable, fmt::format("connecting to '{}' took too long", failure.peer), ETIMEDOUT};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return tls_error(failure);
    case CURLE_SSL_CONNECT_ERROR:
      return handshake_error(failure);
    case CURLE_SSL_CERTPROBLEM:
      return with_detail(Errc::failed_precondition, "the client certificate or its key cannot be used",
                         failure);
    case CURLE_SSL_CACERT_BADFILE: {
      auto error = with_detail(Errc::failed_precondition, "the CA certificates cannot be read", failure);
      error.set_hint("apt install ca-certificates");
      return error;
    }
    case CURLE_PARTIAL_FILE:
      return with_detail(Errc::unavailable, "the connection closed before the whole body had come", failure);
    case CURLE_GOT_NOTHING:
      return {Errc::unavailable, fmt::format("'{}' closed the connection without an answer", failure.peer)};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      return {Errc::unavailable, fmt::format("the connection to '{}' broke", failure.peer),
              failure.os_errno != 0 ? failure.os_errno : ECONNRESET};
    case CURLE_SEND_FAIL_REWIND:
      return {Errc::unavailable, "the connection broke and the body cannot be sent again from its start"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return with_detail(Errc::data_loss, fmt::format("the answer of '{}' is not HTTP", failure.peer),
                         failure);
    case CURLE_OUT_OF_MEMORY:
      return {Errc::unavailable, "libcurl", ENOMEM};
    default:
      return with_detail(Errc::unavailable, fmt::format("libcurl error {}", static_cast<int>(failure.code)),
                         failure);
  }
}

}  // namespace corten::http
