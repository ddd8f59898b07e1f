#include "image/compress_layer.hpp"

#include <memory>
#include <utility>

#include "base/strings.hpp"
#include "codec/gzip_sink.hpp"
#include "codec/zstd_sink.hpp"
#include "sys/fd_stream.hpp"

namespace corten::image {
namespace {

// Half of the processor time of level 3, layers 4 % larger, and still 4 % smaller than skopeo's gzip.
constexpr int kDefaultZstdLevel = 2;
constexpr int kDefaultGzipLevel = 3;

int level_of(const CompressOptions& options) {
  const bool gzip = options.compression == LayerCompression::gzip;
  return options.level.value_or(gzip ? kDefaultGzipLevel : kDefaultZstdLevel);
}

Result<std::unique_ptr<Sink>> open_compressor(Sink& out, const CompressOptions& options) {
  if (options.compression == LayerCompression::gzip) {
    std::unique_ptr<Sink> sink =
        TRY(codec::GzipSink::create(out, {.level = level_of(options), .threads = options.workers}));
    return sink;
  }
  std::unique_ptr<Sink> sink =
      TRY(codec::ZstdSink::create(out, {.level = level_of(options), .workers = options.workers}));
  return sink;
}

Result<> compress_all(Source& tar, Sink& out, const CompressOptions& options) {
  const auto compressor = TRY(open_compressor(out, options));
  TRY(copy_stream(tar, *compressor));
  return compressor->finish();
}

// Counts what passes, and ends it when it is to stop.
class WatchedSource : public Source {
 public:
  WatchedSource(Source& inner, const std::stop_token& stop,
                const std::function<void(std::uint64_t)>& on_bytes)
      : inner_(inner), stop_(stop), on_bytes_(on_bytes) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (stop_.stop_requested()) return fail(Errc::canceled, "canceled");
    const auto size = TRY(inner_.read(buffer));
    position_ += size;
    on_bytes_(position_);
    return size;
  }

 private:
  Source& inner_;
  const std::stop_token& stop_;
  const std::function<void(std::uint64_t)>& on_bytes_;
  std::uint64_t position_ = 0;
};

// How often a wait for another process looks whether it is to stop.
constexpr std::chrono::milliseconds kWaitSlice{500};

// Another push may be compressing the same layer.
Result<content::Ingest> wait_for_ingest(const content::Store& content, const std::string& ref,
                                        const std::stop_token& stop) {
  std::chrono::milliseconds timeout{0};
  while (true) {
    auto ingest = content.begin_ingest(ref, {.timeout = timeout});
    if (ingest || ingest.error().kind() != Errc::unavailable) return ingest;
    if (stop.stop_requested()) return fail(Errc::canceled, "canceled");
    timeout = kWaitSlice;
  }
}

}  // namespace

Result<LayerCompression> parse_layer_compression(std::string_view text) {
  for (const auto compression : {LayerCompression::zstd, LayerCompression::gzip, LayerCompression::keep}) {
    if (text == to_string(compression)) return compression;
  }
  return fail(Errc::invalid_argument, "unknown compression '{}': expected zstd, gzip or keep",
              printable(text));
}

std::string_view to_string(LayerCompression compression) {
  switch (compression) {
    case LayerCompression::gzip:
      return "gzip";
    case LayerCompression::keep:
      return "keep";
    case LayerCompression::zstd:
      break;
  }
  return "zstd";
}

Result<> check_compress_options(const CompressOptions& options) {
  const int highest = options.compression == LayerCompression::gzip ? 9 : 22;
  if (!options.level || (*options.level >= 1 && *options.level <= highest)) return {};
  return fail(Errc::invalid_argument, "compression level {}: {} has levels 1 to {}", *options.level,
              to_string(options.compression), highest);
}

Result<BlobName> compress_blob(const content::Store& content, const oci::Digest& tar,
                               const CompressOptions& options, const std::stop_token& stop,
                               const std::function<void(std::uint64_t)>& on_bytes) {
  const auto fd = TRY(content.open_blob(tar));
  const auto ref =
      fmt::format("{}-{}-{}", to_string(options.compression), level_of(options), tar.short_hex());
  auto ingest = TRY(wait_for_ingest(content, ref, stop));
  TRY(ingest.restart());
  sys::FdSource source(fd);
  WatchedSource watched(source, stop, on_bytes);
  auto compressed = compress_all(watched, ingest, options);
  if (!compressed) {
    (void)std::move(ingest).abort();  // nothing can go on from half of it
    return with_frame(std::move(compressed).error(), "compressing layer '{}'", tar.to_string());
  }
  const auto size = ingest.offset();
  const auto digest = TRY(std::move(ingest).commit());
  return BlobName{.digest = digest, .size_bytes = size};
}

Result<std::optional<BlobName>> find_compressed(ImageStore& store, const oci::Digest& tar,
                                                const CompressOptions& options) {
  auto* const database = TRY(store.database());
  auto query =
      TRY(database->prepare("SELECT digest, size_bytes FROM compressed_layers "
                            "WHERE diff_id = ?1 AND compression = ?2 AND level = ?3"));
  TRY(query.bind(1, tar.to_string()));
  TRY(query.bind(2, to_string(options.compression)));
  TRY(query.bind(3, std::int64_t{level_of(options)}));
  const auto found = TRY(query.step());
  if (!found) return std::nullopt;
  const auto digest = TRY(oci::Digest::parse(query.text(0)));
  return BlobName{.digest = digest, .size_bytes = static_cast<std::uint64_t>(query.integer(1))};
}

Result<> note_compressed(ImageStore& store, const oci::Digest& tar, const CompressOptions& options,
                         const BlobName& compressed) {
  auto* const database = TRY(store.database());
  auto insert =
      TRY(database->prepare("INSERT OR REPLACE INTO compressed_layers "
                            "(diff_id, compression, level, digest, size_bytes) VALUES (?1, ?2, ?3, ?4, ?5)"));
  TRY(insert.bind(1, tar.to_string()));
  TRY(insert.bind(2, to_string(options.compression)));
  TRY(insert.bind(3, std::int64_t{level_of(options)}));
  TRY(insert.bind(4, compressed.digest.to_string()));
  TRY(insert.bind(5, static_cast<std::int64_t>(compressed.size_bytes)));
  return insert.run();
}

}  // namespace corten::image
