#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "http/challenge.hpp"
#include "http/headers.hpp"
#include "http/url.hpp"

namespace corten::http {

class Transfer;

/// The answer to a request: its headers, and its body still on the wire. Belongs to the Client's thread and
/// must go before the Client does; letting it go early closes the connection.
class Response {
 public:
  Response(std::unique_ptr<Transfer> transfer, std::vector<Url> redirected_from);
  Response(Response&& other) noexcept;
  Response& operator=(Response&& other) noexcept;
  ~Response();

  int status() const;
  const Headers& headers() const;
  /// Where the answer came from, after redirects.
  const Url& url() const;
  /// The URLs that redirected here, first one first; empty without redirects.
  const std::vector<Url>& redirected_from() const { return redirected_from_; }
  /// As announced by the server; for HEAD the length that GET would give.
  std::optional<std::uint64_t> content_length() const;
  /// The challenges of a 401; data_loss if they are malformed.
  Result<std::vector<Challenge>> challenges() const;

  /// The bytes of the body as they came over the wire (after de-chunking), pulled through the calling thread.
  /// At most 16 KiB wait here and one receive buffer (256 KiB) in libcurl, however slowly they are read. The
  /// end is the true end: a body that was cut off is an error of kind unavailable, after the bytes that did
  /// come.
  Source& body();

  /// The whole body in memory; data_loss if it is larger, or encoded (Content-Encoding), which we never ask
  /// for.
  Result<std::string> text(std::size_t max_bytes = std::size_t{4} * 1024 * 1024);

  /// Reads a short rest of the body and drops it, so that the connection can serve the next request. Errors
  /// do not matter: the connection is then closed.
  void discard();

 private:
  std::unique_ptr<Transfer> transfer_;
  std::vector<Url> redirected_from_;
};

}  // namespace corten::http
