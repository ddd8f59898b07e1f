#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/gzip_sink.hpp"
#include "codec/gzip_source.hpp"
#include "codec/testing_streams.hpp"

// What either engine writes, both read back. The first byte chooses engine, level and the size of the writes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using corten::codec::DeflateEngine;
  using corten::codec::InflateEngine;
  if (size == 0) return 0;
  const bool isal = (data[0] & 1U) != 0;
  const int level = 1 + (data[0] >> 1U) % (isal ? 3 : 9);
  const std::size_t chunk_bytes = 1 + data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  corten::MemorySink out;
  const auto sink = corten::codec::GzipSink::create(
      out, {.level = level, .engine = isal ? DeflateEngine::isal : DeflateEngine::zlib});
  if (!sink || !corten::codec::testing::write_all(**sink, text, chunk_bytes)) std::abort();
  for (const auto engine : {InflateEngine::isal, InflateEngine::zlib}) {
    corten::MemorySource in(out.text());
    corten::codec::GzipSource source(in, {.engine = engine});
    const auto back = corten::codec::testing::read_all(source, chunk_bytes);
    if (!back || *back != text) std::abort();
  }
  return 0;
}
