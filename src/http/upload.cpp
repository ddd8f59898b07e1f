#include "http/upload.hpp"

#include <algorithm>

namespace corten::http {

Result<std::size_t> Upload::read(MutableBytes buffer) {
  const auto length = body_.length_bytes();
  const auto left = length ? *length - sent_bytes_ : buffer.size();
  const auto wanted = buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left)));
  if (wanted.empty()) return 0;
  std::size_t size = 0;
  if (auto* source = body_.source()) {
    size = TRY_CTX(source->read(wanted), "reading the body to send");
  } else {
    MemorySource rest(std::string_view(body_.data()).substr(static_cast<std::size_t>(sent_bytes_)));
    size = TRY(rest.read(wanted));
  }
  sent_bytes_ += size;
  if (size == 0) at_end_ = true;
  if (size == 0 && length) {
    return fail(Errc::invalid_argument, "the body to send ended after {} of {} bytes", sent_bytes_, *length);
  }
  return size;
}

bool Upload::rewind() {
  if (body_.is_stream()) return sent_bytes_ == 0 && !at_end_;
  sent_bytes_ = 0;
  at_end_ = false;
  return true;
}

bool Upload::finished() const {
  const auto length = body_.length_bytes();
  return at_end_ || (length && sent_bytes_ == *length);
}

}  // namespace corten::http
