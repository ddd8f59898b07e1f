#include "codec/tar_reader.hpp"

#include <limits>
#include <utility>

#include "base/strings.hpp"
#include "codec/tar_body.hpp"
#include "codec/tar_decode.hpp"
#include "codec/tar_input.hpp"
#include "codec/tar_sparse.hpp"

namespace corten::codec {

using detail::kTarBlockBytes;
using detail::TarHeaderView;
using detail::TarLayout;

class TarReader::Impl {
 public:
  Impl(Source& source, SkippableSource* skippable, const TarLimits& limits)
      : input_(source, skippable),
        limits_(limits),
        body_(input_),
        body_source_(*this),
        content_source_(*this) {}

  Result<std::optional<TarEntry>> next();
  Result<std::size_t> read_body(MutableBytes buffer);
  Result<std::size_t> read_content(MutableBytes buffer);
  Result<Bytes> take_body_chunk();
  Result<std::uint64_t> drain();

  Source& body() { return body_source_; }
  Source& content() { return content_source_; }
  const TarPosition& position() const { return position_; }
  const TarRecords& global_records() const { return global_records_; }

 private:
  class BodySource : public Source {
   public:
    explicit BodySource(Impl& impl) : impl_(impl) {}
    Result<std::size_t> read(MutableBytes buffer) override { return impl_.read_body(buffer); }

   private:
    Impl& impl_;
  };
  class ContentSource : public Source {
   public:
    explicit ContentSource(Impl& impl) : impl_(impl) {}
    Result<std::size_t> read(MutableBytes buffer) override { return impl_.read_content(buffer); }

   private:
    Impl& impl_;
  };

  Result<std::optional<TarEntry>> find_next();
  Result<std::optional<Bytes>> take_header();
  Result<> take_end_marker();
  Result<> take_extension(const TarHeaderView& header, detail::TarExtensions& extensions);
  Result<> take_global_header(const TarHeaderView& header);
  Result<std::string> take_extension_body(const TarHeaderView& header, std::uint64_t cap,
                                          std::string_view what);
  Result<TarEntry> take_entry(const TarHeaderView& header, detail::TarExtensions extensions);
  Result<> take_sparse_map(detail::DecodedHeader& decoded);

  /// Passes a result of an entry's body on; an error gets its place and stays.
  template <typename T>
  Result<T> body_result(Result<T> result) {
    if (result) return result;
    return failed(std::move(result).error(), input_.offset());
  }
  std::unexpected<Error> failed(Error error, std::uint64_t offset);

  detail::TarInput input_;
  TarLimits limits_;
  detail::TarBody body_;
  BodySource body_source_;
  ContentSource content_source_;
  detail::PaxFields globals_;  // without `other`, which is:
  TarRecords global_records_;
  TarPosition position_;
  std::uint64_t entries_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;

  // The header being looked at, for errors.
  std::uint64_t at_ = 0;
  std::string name_;
};

std::unexpected<Error> TarReader::Impl::failed(Error error, std::uint64_t offset) {
  error.add_frame(name_.empty() ? fmt::format("tar: at byte {}", offset)
                                : fmt::format("tar: at byte {}, entry '{}'", offset, printable(name_)));
  error_ = error.clone();
  return std::unexpected(std::move(error));
}

Result<std::optional<TarEntry>> TarReader::Impl::next() {
  if (error_) return std::unexpected(error_->clone());
  TRY(body_result(body_.skip()));
  auto entry = find_next();
  if (!entry) return failed(std::move(entry).error(), at_);
  return entry;
}

Result<std::optional<TarEntry>> TarReader::Impl::find_next() {
  if (ended_) return std::nullopt;
  detail::TarExtensions extensions{.pax = globals_};
  bool awaits_entry = false;  // an extension header has come whose entry must follow
  while (true) {
    if (!awaits_entry) position_.header = input_.offset();
    const auto block = TRY(take_header());
    if (!block) {
      if (awaits_entry) return fail(Errc::data_loss, "an extension header without the entry it belongs to");
      ended_ = true;
      return std::nullopt;
    }
    const TarHeaderView header(*block);
    switch (header.type()) {
      case 'x':
      case 'X':  // Solaris wrote pax headers so before POSIX.1-2001
      case 'L':
      case 'K':
        TRY(take_extension(header, extensions));
        awaits_entry = true;
        break;
      case 'g':
        TRY(take_global_header(header));
        if (!awaits_entry) extensions.pax = globals_;
        break;
      case 'V':  // a volume label names the tape; it has no body, but some tars stated a size
        TRY(take_extension_body(header, limits_.name_bytes, "volume label"));
        break;
      default: {
        auto entry = TRY(take_entry(header, std::move(extensions)));
        return entry;
      }
    }
  }
}

Result<std::optional<Bytes>> TarReader::Impl::take_header() {
  at_ = input_.offset();
  name_.clear();
  const auto block = TRY(input_.take_block());
  if (block.empty()) return std::nullopt;
  if (block.size() < kTarBlockBytes) {
    return fail(Errc::data_loss, "truncated: the archive ends after {} bytes of a header of {}", block.size(),
                kTarBlockBytes);
  }
  const TarHeaderView header(block);
  if (header.all_zero()) {
    TRY(take_end_marker());
    return std::nullopt;
  }
  TRY(header.verify_checksum());
  name_ = header.text(TarLayout::kName);
  return block;
}

Result<> TarReader::Impl::take_end_marker() {
  const auto second = TRY(input_.take_block());
  if (second.empty()) return {};
  if (second.size() < kTarBlockBytes) {
    return fail(Errc::data_loss, "truncated: the archive ends in the middle of its end marker");
  }
  if (TarHeaderView(second).all_zero()) return {};
  return fail(Errc::data_loss, "a block of zeros, which ends an archive, but more follows");
}

Result<> TarReader::Impl::take_extension(const TarHeaderView& header, detail::TarExtensions& extensions) {
  switch (header.type()) {
    case 'L':
    case 'K': {
      // `header` is gone once the body has been read.
      auto& target = header.type() == 'L' ? extensions.long_name : extensions.long_link;
      auto text = TRY(take_extension_body(header, limits_.name_bytes + 1, "GNU long name"));
      text.resize(std::min(text.find('\0'), text.size()));
      target = std::move(text);
      return {};
    }
    default: {
      const auto records = TRY(take_extension_body(header, limits_.pax_header_bytes, "pax header"));
      // Of two such headers before one entry the second replaces the first, as in GNU tar and Go.
      extensions.pax = globals_;
      return detail::apply_pax_header(records, detail::PaxScope::entry, limits_, extensions.pax);
    }
  }
}

Result<> TarReader::Impl::take_global_header(const TarHeaderView& header) {
  const auto records = TRY(take_extension_body(header, limits_.pax_header_bytes, "global pax header"));
  globals_.other = std::move(global_records_);
  const auto applied = detail::apply_pax_header(records, detail::PaxScope::global, limits_, globals_);
  global_records_ = std::exchange(globals_.other, {});
  if (!applied) return std::unexpected(applied.error().clone());
  std::uint64_t bytes = 0;
  for (const auto& [key, value] : global_records_) bytes += key.size() + value.size();
  if (global_records_.size() > limits_.pax_records || bytes > limits_.pax_header_bytes) {
    return fail(Errc::invalid_argument,
                "global pax headers with {} records of {} bytes in all, above the limits",
                global_records_.size(), bytes);
  }
  return {};
}

Result<std::string> TarReader::Impl::take_extension_body(const TarHeaderView& header, std::uint64_t cap,
                                                         std::string_view what) {
  const auto size = TRY(header.size(TarLayout::kSize, "size"));
  if (size > cap) {
    return fail(Errc::invalid_argument, "a {} of {} bytes, at most {} are read", what, size, cap);
  }
  body_.start(size);
  std::string text;
  while (body_.left() > 0) {
    const auto bytes = TRY(body_.take_some(size));
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  TRY(body_.skip());
  return text;
}

Result<TarEntry> TarReader::Impl::take_entry(const TarHeaderView& header, detail::TarExtensions extensions) {
  if (entries_ == limits_.entries) {
    return fail(Errc::invalid_argument, "more than {} entries, the limit", limits_.entries);
  }
  ++entries_;
  auto name = TRY(detail::decode_tar_name(header, extensions));
  name_ = name;
  auto decoded = TRY(detail::decode_tar_header(header, std::move(extensions), std::move(name), limits_));
  TRY(take_sparse_map(decoded));
  if (decoded.map_place != detail::SparseMapPlace::body) body_.start(decoded.body_bytes);
  if (decoded.map_place != detail::SparseMapPlace::none) {
    decoded.entry.sparse = TRY(detail::normalise_segments(decoded.map, decoded.entry.size, body_.left()));
  }
  if (decoded.entry.type == TarType::regular) {
    body_.start_content(decoded.entry.size, decoded.entry.sparse);
  } else {
    TRY(body_.skip());  // the listing of GNU's dump directories, which is nobody's content
  }
  position_.body = input_.offset();
  position_.stored_size = body_.left();
  return std::move(decoded.entry);
}

// Reads what of a sparse map does not stand in the headers.
Result<> TarReader::Impl::take_sparse_map(detail::DecodedHeader& decoded) {
  while (decoded.gnu_map_continues) {
    const auto block = TRY(input_.take_block());
    if (block.size() < kTarBlockBytes) {
      return fail(Errc::data_loss, "truncated: the archive ends in the middle of a sparse map");
    }
    const TarHeaderView extension(block);
    TRY(detail::append_gnu_segments(extension.raw(TarLayout::kGnuExtensionSparse), limits_, decoded.map));
    decoded.gnu_map_continues = extension.raw(TarLayout::kGnuExtensionIsExtended)[0] != '\0';
  }
  if (decoded.map_place != detail::SparseMapPlace::body) return {};

  body_.start(decoded.body_bytes);
  detail::SparseMapParser parser(limits_);
  for (bool complete = false; !complete;) {
    const auto block = TRY(body_.take_block());
    if (block.empty()) return fail(Errc::data_loss, "its sparse map does not end within its body");
    complete = TRY(parser.take_block({reinterpret_cast<const char*>(block.data()), block.size()}));
  }
  decoded.map = parser.take_map();
  return {};
}

Result<std::size_t> TarReader::Impl::read_body(MutableBytes buffer) {
  if (error_) return std::unexpected(error_->clone());
  return body_result(body_.read(buffer));
}

Result<std::size_t> TarReader::Impl::read_content(MutableBytes buffer) {
  if (error_) return std::unexpected(error_->clone());
  return body_result(body_.read_content(buffer));
}

Result<Bytes> TarReader::Impl::take_body_chunk() {
  if (error_) return std::unexpected(error_->clone());
  return body_result(body_.take_some(std::numeric_limits<std::uint64_t>::max()));
}

Result<std::uint64_t> TarReader::Impl::drain() {
  if (error_) return std::unexpected(error_->clone());
  std::uint64_t total = 0;
  while (true) {
    const auto bytes = TRY(body_result(input_.take_some(std::numeric_limits<std::uint64_t>::max())));
    if (bytes.empty()) return total;
    total += bytes.size();
  }
}

TarReader::TarReader(Source& source, const TarLimits& limits)
    : impl_(std::make_unique<Impl>(source, nullptr, limits)) {}
TarReader::TarReader(SkippableSource& source, const TarLimits& limits)
    : impl_(std::make_unique<Impl>(source, &source, limits)) {}
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<std::optional<TarEntry>> TarReader::next() { return impl_->next(); }
Source& TarReader::body() { return impl_->body(); }
Source& TarReader::content() { return impl_->content(); }
Result<Bytes> TarReader::take_body_chunk() { return impl_->take_body_chunk(); }
TarPosition TarReader::position() const { return impl_->position(); }
const TarRecords& TarReader::global_records() const { return impl_->global_records(); }
Result<std::uint64_t> TarReader::drain() { return impl_->drain(); }

}  // namespace corten::codec
