#include "base/stream.hpp"

#include <algorithm>
#include <memory>

namespace corten {

Result<std::size_t> MemorySource::read(MutableBytes buffer) {
  const auto size = std::min(buffer.size(), rest_.size());
  std::ranges::copy(rest_.first(size), buffer.begin());
  rest_ = rest_.subspan(size);
  return size;
}

Result<> MemorySink::write(Bytes bytes) {
  if (bytes.size() > max_bytes_ - text_.size()) {
    return fail(Errc::failed_precondition, "more than {} bytes, the cap for this in memory", max_bytes_);
  }
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

Result<std::size_t> read_full(Source& source, MutableBytes buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const auto size = TRY(source.read(buffer.subspan(filled)));
    if (size == 0) break;
    filled += size;
  }
  return filled;
}

Result<std::uint64_t> copy_stream(Source& source, Sink& sink) {
  constexpr std::size_t kBufferBytes = std::size_t{128} * 1024;
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes);
  std::uint64_t total = 0;
  while (true) {
    const auto size = TRY(source.read({buffer.get(), kBufferBytes}));
    if (size == 0) return total;
    TRY(sink.write({buffer.get(), size}));
    total += size;
  }
}

}  // namespace corten
