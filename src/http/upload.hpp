#pragma once

#include <optional>

#include "http/request.hpp"

namespace corten::http {

/// A body on its way out: what has been read of it, and why reading failed. Lives across redirects.
class Upload {
 public:
  explicit Upload(Body body) : body_(std::move(body)) {}

  /// The next bytes of the body; 0 at its end. A failed or short source is an error.
  Result<std::size_t> read(MutableBytes buffer);
  /// Back to the first byte. False if a stream has been read from: those bytes are gone.
  bool rewind();

  const Body& body() const { return body_; }
  /// True once the last byte has been handed out.
  bool finished() const;
  std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  Body body_;
  std::uint64_t sent_bytes_ = 0;
  bool at_end_ = false;
};

}  // namespace corten::http
