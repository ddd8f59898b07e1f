#include "snapshot/spool.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "snapshot/layout.hpp"
#include "sys/file.hpp"

namespace corten::snapshot {

namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;

// Hands out the whole records at the front of `text`; how many bytes they took.
Result<std::size_t> visit_records(std::string_view text,
                                  const std::function<Result<>(std::string_view)>& visit) {
  std::size_t taken = 0;
  while (text.size() - taken >= sizeof(std::uint32_t)) {
    auto rest = text.substr(taken);
    const auto size = take_number<std::uint32_t>(rest);
    if (rest.size() < size) break;
    TRY(visit(rest.substr(0, size)));
    taken += sizeof(std::uint32_t) + size;
  }
  return taken;
}

}  // namespace

Result<> Spool::add(std::string_view record) {
  CORTEN_CHECK(record.size() < kBufferBytes / 2, "records are names and numbers");
  if (buffer_.size() + sizeof(std::uint32_t) + record.size() > kBufferBytes) TRY(flush());
  append_number(buffer_, static_cast<std::uint32_t>(record.size()));
  buffer_ += record;
  return {};
}

Result<> Spool::flush() {
  if (!file_) file_ = TRY(sys::TempFile::create(directory_, kBuilding));
  TRY_CTX(sys::write_all(file_->fd(), as_bytes(buffer_)), "writing a temporary list");
  buffer_.clear();
  return {};
}

Result<> Spool::for_each(const std::function<Result<>(std::string_view)>& visit) {
  if (!file_) {
    TRY(visit_records(buffer_, visit));
    return {};
  }
  TRY(flush());
  std::string window(kBufferBytes, '\0');
  std::uint64_t offset = 0;
  while (true) {
    const MutableBytes bytes(reinterpret_cast<std::uint8_t*>(window.data()), window.size());
    const auto size = TRY(sys::pread_full(file_->fd(), bytes, offset));
    if (size == 0) return {};
    const auto taken = TRY(visit_records(std::string_view(window).substr(0, size), visit));
    if (taken == 0) return fail(Errc::internal, "a temporary list ends within a record");
    offset += taken;
  }
}

}  // namespace corten::snapshot
