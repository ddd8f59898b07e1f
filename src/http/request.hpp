#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/stream.hpp"
#include "http/headers.hpp"
#include "http/method.hpp"
#include "http/range.hpp"
#include "http/redirect.hpp"
#include "http/url.hpp"

namespace corten::http {

/// What a request carries.
class Body {
 public:
  /// None: no Content-Length for GET and HEAD, 0 for the others.
  Body() = default;
  /// Bytes in memory; sent again if a redirect or a broken connection asks for it.
  static Body bytes(std::string data);
  /// What `source` gives, which must outlive the request and its response. With a length that many bytes are
  /// read, and fewer is an error; without, all are sent, chunked. Cannot be sent twice: once some of it has
  /// been read, a redirect that needs it again is an error.
  static Body stream(Source& source, std::optional<std::uint64_t> length_bytes);

  bool empty() const { return source_ == nullptr && !bytes_; }
  bool is_stream() const { return source_ != nullptr; }
  Source* source() const { return source_; }
  const std::string& data() const;
  /// Nothing when it is not known before the end.
  std::optional<std::uint64_t> length_bytes() const;

 private:
  Source* source_ = nullptr;
  std::optional<std::string> bytes_;
  std::optional<std::uint64_t> length_bytes_;
};

/// "Expect: 100-continue" (RFC 9110 section 10.1.1): the server may answer before the body is sent. We wait
/// for it one second at most.
enum class Expect : std::uint8_t {
  automatic,  ///< With a stream, which cannot be sent twice, unless it is known to be under 1 MiB.
  never,
  always,  ///< A server that answers 417 to that is not asked again without it.
};

/// There is no limit on the whole: a blob takes as long as it takes.
struct Timeouts {
  std::chrono::milliseconds connect{30'000};  ///< Lookup, TCP, proxy and TLS together.
  std::chrono::milliseconds response{
      120'000};  ///< From the last byte of the request to the first of the answer.
  std::chrono::milliseconds stall{
      60'000};  ///< A body that moves fewer than stall_min_bytes in this time hangs.
  std::uint64_t stall_min_bytes = 1024;
};

struct Request {
  Method method = Method::get;
  /// Its user info becomes "Authorization: Basic", unless `headers` holds an Authorization.
  Url url;
  /// Not Host, Content-Length, Transfer-Encoding, Connection, Expect, Range and the like: these follow from
  /// the other members, and setting them is refused.
  Headers headers = {};
  Body body = {};
  std::optional<ByteRange> range = std::nullopt;
  Expect expect = Expect::automatic;
  RedirectPolicy redirects = {};
  Timeouts timeouts = {};
};

/// The Authorization header that the URL's user info stands for is added, forbidden headers and a body for
/// GET or HEAD are refused (invalid_argument).
Result<> prepare_request(Request& request);

}  // namespace corten::http
