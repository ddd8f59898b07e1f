#include "codec/hashing_stream.hpp"

#include <memory>

namespace corten::codec {

Result<std::size_t> HashingSource::read(MutableBytes buffer) {
  const auto size = TRY(inner_.read(buffer));
  hasher_.update(buffer.first(size));
  size_bytes_ += size;
  return size;
}

Result<> HashingSink::write(Bytes bytes) {
  TRY(inner_.write(bytes));
  hasher_.update(bytes);
  size_bytes_ += bytes.size();
  return {};
}

Result<std::uint64_t> discard_rest(Source& source) {
  constexpr std::size_t kBufferBytes = std::size_t{128} * 1024;
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes);
  std::uint64_t total = 0;
  while (true) {
    const auto size = TRY(source.read({buffer.get(), kBufferBytes}));
    if (size == 0) return total;
    total += size;
  }
}

}  // namespace corten::codec
