#include "codec/tar_writer.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/strings.hpp"
#include "codec/tar_encode.hpp"
#include "codec/tar_header.hpp"

namespace corten::codec {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{128} * 1024;
// Longer pieces go past the buffer: copying them saves no call of the sink.
constexpr std::size_t kDirectWriteBytes = std::size_t{32} * 1024;
constexpr std::array<std::uint8_t, 32 * 1024> kZeros{};

}  // namespace

class TarWriter::Impl {
 public:
  Impl(Sink& sink, const TarWriterOptions& options)
      : sink_(sink),
        options_(options),
        buffer_(std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes)) {}

  Result<> begin(const TarEntry& entry);
  Result<> write(Bytes bytes);
  Result<> write_all_of(Source& source);
  Result<> end();
  Result<> finish();
  std::uint64_t offset() const { return offset_; }

 private:
  enum class State : std::uint8_t { between_entries, in_body, finished, broken };

  Result<> take_body(Bytes bytes);
  Result<> fill_hole(std::uint64_t end);
  Result<> put(Bytes bytes);
  Result<> put_zeros(std::uint64_t count);
  Result<> flush();
  /// Passes a result on; an error gets the entry's name and leaves the archive broken.
  Result<> checked(Result<> result);

  Sink& sink_;
  TarWriterOptions options_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t buffered_ = 0;
  std::uint64_t offset_ = 0;
  State state_ = State::between_entries;

  // The entry being written.
  std::string name_;
  std::uint64_t body_left_ = 0;
  // Of a sparse file being expanded.
  bool expand_ = false;
  std::vector<TarSegment> segments_;
  std::size_t segment_ = 0;
  std::uint64_t content_at_ = 0;
  std::uint64_t content_size_ = 0;
};

Result<> TarWriter::Impl::checked(Result<> result) {
  if (result) return result;
  state_ = State::broken;
  return with_frame(std::move(result).error(), "tar: entry '{}'", printable(name_));
}

Result<> TarWriter::Impl::begin(const TarEntry& entry) {
  CORTEN_CHECK(state_ != State::in_body && state_ != State::finished, "TarWriter::begin out of order");
  if (state_ == State::broken) return fail(Errc::failed_precondition, "tar: an earlier write failed");
  auto encoded = TRY(detail::encode_tar_header(entry, options_));
  name_ = entry.name;
  body_left_ = stored_size(entry);
  expand_ = encoded.expand;
  segments_ = std::move(encoded.holes_around);
  segment_ = 0;
  content_at_ = 0;
  content_size_ = entry.size;
  state_ = State::in_body;
  return checked(put(as_bytes(encoded.blocks)));
}

Result<> TarWriter::Impl::write(Bytes bytes) {
  if (state_ == State::broken) return fail(Errc::failed_precondition, "tar: an earlier write failed");
  CORTEN_CHECK(state_ == State::in_body, "TarWriter::write outside begin and end");
  return checked(take_body(bytes));
}

Result<> TarWriter::Impl::take_body(Bytes bytes) {
  if (bytes.size() > body_left_) {
    return fail(Errc::invalid_argument, "its body is longer than its size says, by {} bytes or more",
                bytes.size() - body_left_);
  }
  body_left_ -= bytes.size();
  if (!expand_) return put(bytes);
  while (!bytes.empty()) {
    // Bytes are left, so a segment is.
    const auto& segment = segments_[segment_];
    TRY(fill_hole(segment.offset));
    const auto left = segment.offset + segment.length - content_at_;
    const auto piece = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left)));
    TRY(put(piece));
    content_at_ += piece.size();
    bytes = bytes.subspan(piece.size());
    if (piece.size() == left) ++segment_;
  }
  return {};
}

Result<> TarWriter::Impl::fill_hole(std::uint64_t end) {
  if (content_at_ >= end) return {};
  TRY(put_zeros(end - content_at_));
  content_at_ = end;
  return {};
}

Result<> TarWriter::Impl::write_all_of(Source& source) {
  if (state_ == State::broken) return fail(Errc::failed_precondition, "tar: an earlier write failed");
  if (expand_) {
    const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes);
    while (body_left_ > 0) {
      auto size = source.read({buffer.get(), kBufferBytes});
      if (!size) return checked(std::unexpected(std::move(size).error()));
      if (*size == 0) return {};
      TRY(write({buffer.get(), *size}));
    }
  }
  while (body_left_ > 0) {
    if (kBufferBytes - buffered_ < kDirectWriteBytes) TRY(checked(flush()));
    const auto room = std::min<std::uint64_t>(kBufferBytes - buffered_, body_left_);
    auto size = source.read({buffer_.get() + buffered_, static_cast<std::size_t>(room)});
    if (!size) return checked(std::unexpected(std::move(size).error()));
    if (*size == 0) return {};
    buffered_ += *size;
    offset_ += *size;
    body_left_ -= *size;
  }
  std::uint8_t one_more = 0;
  auto size = source.read({&one_more, 1});
  if (!size) return checked(std::unexpected(std::move(size).error()));
  return write({&one_more, *size});
}

Result<> TarWriter::Impl::end() {
  if (state_ == State::broken) return fail(Errc::failed_precondition, "tar: an earlier write failed");
  CORTEN_CHECK(state_ == State::in_body, "TarWriter::end without begin");
  if (body_left_ > 0) {
    return checked(
        fail(Errc::invalid_argument, "its body is {} bytes shorter than its size says", body_left_));
  }
  if (expand_) TRY(checked(fill_hole(content_size_)));
  constexpr std::uint64_t kBlock = detail::kTarBlockBytes;
  TRY(checked(put_zeros((kBlock - offset_ % kBlock) % kBlock)));
  state_ = State::between_entries;
  return {};
}

Result<> TarWriter::Impl::finish() {
  if (state_ == State::broken) return fail(Errc::failed_precondition, "tar: an earlier write failed");
  CORTEN_CHECK(state_ == State::between_entries, "TarWriter::finish out of order");
  name_.clear();
  TRY(checked(put_zeros(2 * detail::kTarBlockBytes)));
  TRY(checked(flush()));
  state_ = State::finished;
  return {};
}

Result<> TarWriter::Impl::put(Bytes bytes) {
  offset_ += bytes.size();
  if (bytes.size() > kBufferBytes - buffered_ || bytes.size() >= kDirectWriteBytes) TRY(flush());
  if (bytes.size() >= kDirectWriteBytes) return sink_.write(bytes);
  std::ranges::copy(bytes, buffer_.get() + buffered_);
  buffered_ += bytes.size();
  return {};
}

Result<> TarWriter::Impl::put_zeros(std::uint64_t count) {
  while (count > 0) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(count, kZeros.size()));
    TRY(put(Bytes(kZeros).first(size)));
    count -= size;
  }
  return {};
}

Result<> TarWriter::Impl::flush() {
  if (buffered_ == 0) return {};
  return sink_.write({buffer_.get(), std::exchange(buffered_, 0)});
}

TarWriter::TarWriter(Sink& sink, const TarWriterOptions& options)
    : impl_(std::make_unique<Impl>(sink, options)) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<> TarWriter::add(const TarEntry& entry) {
  MemorySource nothing(Bytes{});
  return add(entry, nothing);
}

Result<> TarWriter::add(const TarEntry& entry, Source& body) {
  TRY(impl_->begin(entry));
  TRY(impl_->write_all_of(body));
  return impl_->end();
}

Result<> TarWriter::begin(const TarEntry& entry) { return impl_->begin(entry); }
Result<> TarWriter::write(Bytes bytes) { return impl_->write(bytes); }
Result<> TarWriter::end() { return impl_->end(); }
Result<> TarWriter::finish() { return impl_->finish(); }
std::uint64_t TarWriter::offset() const { return impl_->offset(); }

}  // namespace corten::codec
