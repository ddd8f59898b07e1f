#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/gzip_source.hpp"
#include "codec/inflater.hpp"
#include "codec/testing_streams.hpp"

namespace {

using corten::codec::InflateEngine;
using corten::codec::Inflater;

constexpr std::uint64_t kCap = std::uint64_t{1} << 20U;

void require(bool condition) {
  if (!condition) std::abort();
}

// Descriptions of codes that zlib refuses outright; ISA-L decodes what can be decoded with them. The checksum
// of gzip still decides about the content.
bool only_zlib_minds(std::string_view problem) {
  for (const std::string_view kind : {"invalid literal/lengths set", "invalid distances set",
                                      "invalid code lengths set", "too many length or distance symbols",
                                      "invalid code -- missing end-of-block", "invalid bit length repeat"}) {
    if (problem == kind) return true;
  }
  return false;
}

struct Inflated {
  Inflater::Status status = Inflater::Status::more;
  std::string_view problem;
  std::string text;
  std::ptrdiff_t consumed = 0;
};

// The input in pieces of `chunk_bytes`, as a raw deflate stream.
Inflated inflate(InflateEngine engine, corten::Bytes in, std::size_t chunk_bytes) {
  const auto inflater = corten::codec::create_inflater(engine);
  inflater->reset();
  Inflated result;
  std::string buffer(5'000, '\0');
  while (result.text.size() < kCap) {
    const auto rest = in.subspan(static_cast<std::size_t>(result.consumed));
    const auto step = inflater->inflate(rest.first(std::min(rest.size(), chunk_bytes)),
                                        {reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()});
    result.text.append(buffer, 0, step.produced);
    result.consumed += step.consumed;
    result.status = step.status;
    result.problem = step.problem;
    if (step.status != Inflater::Status::more || (step.consumed == 0 && step.produced == 0)) break;
  }
  return result;
}

void compare_inflaters(corten::Bytes in) {
  const auto isal = inflate(InflateEngine::isal, in, in.size());
  const auto isal_in_pieces = inflate(InflateEngine::isal, in, 1 + in.size() % 13);
  const auto zlib = inflate(InflateEngine::zlib, in, in.size());
  if (std::max(isal.text.size(), zlib.text.size()) >= kCap) return;

  require(isal.status == isal_in_pieces.status);
  if (isal.status == Inflater::Status::ended) {
    require(isal.text == isal_in_pieces.text && isal.consumed == isal_in_pieces.consumed);
  }
  if (zlib.status == Inflater::Status::ended) {
    require(isal.status == Inflater::Status::ended);
    require(isal.text == zlib.text && isal.consumed == zlib.consumed);
  } else if (isal.status == Inflater::Status::ended) {
    require(only_zlib_minds(zlib.problem));
  }
}

corten::Result<std::string> read_gzip(std::string_view gzip, InflateEngine engine, std::size_t chunk_bytes) {
  corten::codec::testing::TrickleSource inner(gzip, chunk_bytes);
  corten::codec::GzipSource source(inner, {.engine = engine, .max_decompressed_bytes = kCap});
  return corten::codec::testing::read_all(source);
}

void compare_readers(std::string_view gzip) {
  const auto isal = read_gzip(gzip, InflateEngine::isal, gzip.size() + 1);
  const auto isal_in_pieces = read_gzip(gzip, InflateEngine::isal, 1 + gzip.size() % 13);
  const auto zlib = read_gzip(gzip, InflateEngine::zlib, gzip.size() + 1);
  require(isal.has_value() == isal_in_pieces.has_value());
  if (isal) require(*isal == *isal_in_pieces);
  if (zlib) require(isal && *isal == *zlib);
}

}  // namespace

// The same bytes through both engines, as gzip and as bare deflate (which no checksum keeps from being
// valid).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  compare_readers({reinterpret_cast<const char*>(data), size});
  compare_inflaters({data, size});
  return 0;
}
