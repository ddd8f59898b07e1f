#include <algorithm>

#include "registry/blob_fetch.hpp"
#include "registry/parallel_range_source.hpp"
#include "registry/remote_repository.hpp"

namespace corten::registry {
namespace {

using Ask = BlobFetch::Ask;

// Below two there is nothing to fetch ahead.
constexpr unsigned kMinBuffers = 2;

// Memory for pieces, given back when the last owner goes.
class Buffers {
 public:
  Buffers(std::shared_ptr<Context> context, unsigned wanted)
      : context_(std::move(context)), count_(context_->take_buffers(wanted)) {}
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;
  ~Buffers() { context_->give_back_buffers(count_); }

  unsigned count() const { return count_; }

 private:
  std::shared_ptr<Context> context_;
  unsigned count_;
};

// A Source that listens to a wish to stop, which must live as long.
class StoppableSource : public Source {
 public:
  StoppableSource(std::unique_ptr<LinkedStop> stop, std::unique_ptr<Source> inner)
      : stop_(std::move(stop)), inner_(std::move(inner)) {}
  Result<std::size_t> read(MutableBytes buffer) override { return inner_->read(buffer); }

 private:
  std::unique_ptr<LinkedStop> stop_;
  std::unique_ptr<Source> inner_;
};

std::unique_ptr<ResumingSource> resume(const std::shared_ptr<BlobFetch>& blob, const ByteSpan& span, Ask ask,
                                       const std::stop_token& stop) {
  const auto open = [blob, span, ask, stop](std::uint64_t position) -> Result<std::unique_ptr<Source>> {
    auto opened = TRY(blob->open({.begin = position, .end = span.end}, ask, stop));
    if (ask == Ask::piece && opened.answer == BlobFetch::Answer::whole) {
      // Every piece would cost the whole blob.
      return fail(Errc::unavailable, "the server has stopped honouring Range");
    }
    return std::move(opened.source);
  };
  return std::make_unique<ResumingSource>(span, open, blob->retries(stop));
}

Result<std::unique_ptr<Source>> fetch_in_sequence(const std::shared_ptr<BlobFetch>& blob,
                                                  const ByteSpan& span, const std::stop_token& stop) {
  // Now, so that a blob that is not there is an error of this call.
  auto first = TRY(blob->open(span, Ask::rest, stop));
  auto source = resume(blob, span, Ask::rest, stop);
  source->start_with(std::move(first.source));
  return source;
}

Result<std::unique_ptr<Source>> fetch_in_pieces(const std::shared_ptr<Context>& context,
                                                const std::shared_ptr<BlobFetch>& blob, const ByteSpan& span,
                                                std::shared_ptr<Buffers> buffers,
                                                const std::stop_token& parent) {
  const auto& options = context->options();
  auto stop = std::make_unique<LinkedStop>(parent);
  const ByteSpan piece{.begin = span.begin, .end = span.begin + std::min(options.chunk_bytes, span.size())};
  auto first = TRY(blob->open(piece, Ask::piece, stop->token()));
  if (first.answer == BlobFetch::Answer::whole) {
    // The server ignores ranges: what it sends is the whole blob.
    auto source = resume(blob, span, Ask::rest, parent);
    source->start_with(std::make_unique<StoppableSource>(std::move(stop), std::move(first.source)));
    return source;
  }
  auto source = resume(blob, piece, Ask::piece, stop->token());
  source->start_with(std::move(first.source));
  const auto count = buffers->count();
  return std::make_unique<ParallelRangeSource>(
      ParallelRangeSource::Options{.span = span,
                                   .piece_bytes = options.chunk_bytes,
                                   .threads = std::min(options.connections_per_blob, count),
                                   .buffers = count,
                                   .stop = std::move(stop),
                                   .keep = std::move(buffers)},
      [blob](const ByteSpan& wanted, const std::stop_token& token) -> Result<std::unique_ptr<Source>> {
        return resume(blob, wanted, Ask::piece, token);
      },
      std::move(source));
}

Result<std::unique_ptr<Source>> fetch_span(const std::shared_ptr<Context>& context,
                                           const std::shared_ptr<BlobFetch>& blob, const ByteSpan& span,
                                           const std::stop_token& stop) {
  const auto& options = context->options();
  if (options.connections_per_blob < 2 || span.size() <= options.parallel_from_bytes) {
    return fetch_in_sequence(blob, span, stop);
  }
  auto buffers = std::make_shared<Buffers>(context, options.connections_per_blob * 2);
  if (buffers->count() < kMinBuffers) return fetch_in_sequence(blob, span, stop);
  return fetch_in_pieces(context, blob, span, std::move(buffers), stop);
}

}  // namespace

Result<std::unique_ptr<Source>> RemoteRepository::fetch_blob(const oci::Descriptor& descriptor,
                                                             std::uint64_t offset,
                                                             const std::stop_token& stop) {
  const auto blob = std::make_shared<BlobFetch>(context_, sessions_, descriptor);
  const ByteSpan span{.begin = offset, .end = blob->size_bytes()};
  if (offset > span.end) {
    return fail(Errc::invalid_argument, "byte {} of blob '{}', which has {} bytes", offset,
                descriptor.digest.to_string(), span.end);
  }
  if (span.size() == 0) return std::make_unique<MemorySource>(Bytes());
  const auto& own_stop = context_->options().stop;
  if (!stop.stop_possible()) return fetch_span(context_, blob, span, own_stop);
  auto either = std::make_unique<LinkedStop>(own_stop, stop);
  auto source = TRY(fetch_span(context_, blob, span, either->token()));
  return std::make_unique<StoppableSource>(std::move(either), std::move(source));
}

Result<bool> RemoteRepository::has_blob(const oci::Digest& digest) {
  const auto doing = fmt::format("looking for blob '{}' in '{}'", digest.to_string(), origin().name());
  auto exchange = TRY_CTX(
      origin().send(
          {.method = http::Method::head,
           .target = fmt::format("/v2/{}/blobs/{}", origin().endpoint().repository, digest.to_string())}),
      "{}", doing);
  const auto status = exchange.response.status();
  if (status == 200) return true;
  if (status == 404) return false;
  return std::unexpected(response_error(exchange, doing));
}

}  // namespace corten::registry
