#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/testing_streams.hpp"
#include "codec/zstd_source.hpp"

namespace {

corten::Result<std::string> read_zstd(std::string_view zstd, std::size_t chunk_bytes) {
  corten::codec::testing::TrickleSource inner(zstd, chunk_bytes);
  corten::codec::ZstdSource source(inner, {.max_decompressed_bytes = 1U << 20U, .max_window_log = 21});
  return corten::codec::testing::read_all(source);
}

}  // namespace

// The sizes in which the input comes change neither the content nor whether it is accepted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view zstd(reinterpret_cast<const char*>(data), size);
  const auto whole = read_zstd(zstd, size + 1);
  const auto in_pieces = read_zstd(zstd, 1 + size % 13);
  if (whole.has_value() != in_pieces.has_value()) std::abort();
  if (whole && *whole != *in_pieces) std::abort();
  return 0;
}
