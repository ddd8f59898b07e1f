#include "content/ingest.hpp"

#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "oci/image_layout.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::content {
namespace {

codec::HashAlgorithm hash_algorithm(oci::DigestAlgorithm algorithm) {
  return algorithm == oci::DigestAlgorithm::sha256 ? codec::HashAlgorithm::sha256
                                                   : codec::HashAlgorithm::sha512;
}

oci::Digest to_digest(const codec::HashValue& hash) {
  return hash.algorithm() == codec::HashAlgorithm::sha256
             ? oci::Digest::from_sha256(hash.bytes().first<32>())
             : oci::Digest::from_sha512(hash.bytes().first<64>());
}

// Whether the locked file still has the name: while we waited for the lock, its writer may have published it.
Result<bool> still_named(sys::BorrowedFd store, const std::string& path, const sys::FileLock& lock) {
  const auto locked = TRY(sys::fstat(lock.fd()));
  const auto named = TRY(sys::find_status(store, path));
  return named && named->same_file(locked);
}

// Only under a lock, which keeps off whoever is about to publish the file, and only while it has the name: a
// blob must stay read-only. A shared lock is what a file gives that cannot be opened for writing.
Result<> make_writable(sys::BorrowedFd store, const std::string& path,
                       std::optional<std::chrono::milliseconds> timeout) {
  const auto lock = sys::FileLock::acquire(store, path, sys::LockMode::shared, timeout);
  if (!lock && lock.error().kind() == Errc::not_found) return {};  // published or aborted meanwhile
  if (!lock) return std::unexpected(lock.error().clone());
  const bool named = TRY(still_named(store, path, *lock));
  if (!named) return {};
  return sys::fchmod(lock->fd(), 0600);
}

// A process that died between making the file read-only and giving it its name leaves one that its owner
// cannot open for writing.
Result<sys::FileLock> lock_ingest(sys::BorrowedFd store, const std::string& path,
                                  std::optional<std::chrono::milliseconds> timeout) {
  constexpr int kTries = 100;  // each after the first because somebody else published just then
  for (int tries = 1;; ++tries) {
    auto lock = sys::FileLock::acquire(store, path, sys::LockMode::exclusive, timeout);
    if (lock || lock.error().kind() != Errc::permission_denied || tries == kTries) return lock;
    TRY(make_writable(store, path, timeout));
  }
}

}  // namespace

Result<> Ingest::discard(sys::BorrowedFd store, const std::string& path) {
  while (true) {
    const auto lock = TRY(lock_ingest(store, path, std::chrono::milliseconds{0}));
    const bool named = TRY(still_named(store, path, lock));
    if (named) return sys::unlinkat(store, path);
  }
}

Ingest::Ingest(sys::UniqueFd store, std::string path, sys::FileLock lock, oci::DigestAlgorithm algorithm)
    : store_(std::move(store)),
      path_(std::move(path)),
      lock_(std::move(lock)),
      hasher_(hash_algorithm(algorithm)) {}

Result<Ingest> Ingest::open(sys::UniqueFd store, const std::string& path, const IngestOptions& options) {
  while (true) {
    auto lock = TRY(lock_ingest(store, path, options.timeout));
    const bool named = TRY(still_named(store, path, lock));
    if (!named) continue;
    Ingest ingest(std::move(store), path, std::move(lock), options.algorithm);
    TRY(ingest.hash_present());
    return ingest;
  }
}

Result<> Ingest::hash_present() {
  constexpr std::size_t kBufferBytes = std::size_t{256} * 1024;
  const auto buffer = std::make_unique_for_overwrite<std::uint8_t[]>(kBufferBytes);
  while (true) {
    const auto size = TRY(sys::read_some(lock_.fd(), {buffer.get(), kBufferBytes}));
    if (size == 0) return {};
    hasher_.update({buffer.get(), size});
    offset_ += size;
  }
}

Result<> Ingest::write(Bytes bytes) {
  // At an offset: what a failed write left behind is overwritten by the next try or cut off by commit().
  TRY_CTX(sys::pwrite_full(lock_.fd(), bytes, offset_), "writing '{}'", path_);
  hasher_.update(bytes);
  offset_ += bytes.size();
  return {};
}

Result<std::size_t> Ingest::read_at(MutableBytes buffer, std::uint64_t offset) const {
  // Behind the offset may lie what a failed write left.
  const auto left = offset < offset_ ? offset_ - offset : 0;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left));
  return TRY_CTX(sys::pread_full(lock_.fd(), buffer.first(wanted), offset), "reading '{}'", path_);
}

Result<> Ingest::restart() {
  TRY_CTX(sys::ftruncate(lock_.fd(), 0), "restarting '{}'", path_);
  (void)hasher_.finish();  // begins anew
  offset_ = 0;
  return {};
}

Result<> Ingest::flush(sys::BorrowedFd file) const {
  TRY(sys::ftruncate(file, offset_));
  return sys::fdatasync(file);
}

Result<> Ingest::check(const oci::Digest& actual, const std::optional<oci::Digest>& expected,
                       std::optional<std::uint64_t> size_bytes) const {
  if (size_bytes && *size_bytes != offset_) {
    return fail(Errc::data_loss, "expected {} bytes, got {}", *size_bytes, offset_);
  }
  if (expected && *expected != actual) {
    return fail(Errc::data_loss, "expected digest '{}', got '{}'", expected->to_string(), actual.to_string());
  }
  return {};
}

Result<oci::Digest> Ingest::commit(const std::optional<oci::Digest>& expected,
                                   std::optional<std::uint64_t> size_bytes) && {
  const sys::FileLock lock = std::move(lock_);  // ends with this call, not with the object
  const auto digest = to_digest(hasher_.finish());
  if (auto checked = check(digest, expected, size_bytes); !checked) {
    // Best effort: an ingest that stays is found wrong again by the next commit.
    (void)sys::unlinkat(store_, path_);
    return with_frame(std::move(checked).error(), "publishing '{}'", path_);
  }
  const auto target = oci::layout::blob_path(digest);
  if (auto flushed = flush(lock.fd()); !flushed) {
    // The kernel reports a failed write once and may then take the page for clean: resuming from these bytes
    // would publish what is not on disk.
    (void)sys::unlinkat(store_, path_);
    return with_frame(std::move(flushed).error(), "publishing blob '{}'", digest.to_string());
  }
  TRY_CTX(sys::fchmod(lock.fd(), 0444), "publishing blob '{}'", digest.to_string());
  auto renamed = sys::renameat(store_, path_, store_, target, sys::RenameMode::no_replace);
  if (!renamed && renamed.error().kind() == Errc::already_exists) {
    TRY(sys::unlinkat(store_, path_));
    return digest;
  }
  if (!renamed) return with_frame(std::move(renamed).error(), "publishing blob '{}'", digest.to_string());
  const auto parent = TRY(sys::openat(store_, target.substr(0, target.rfind('/')), O_RDONLY | O_DIRECTORY));
  TRY_CTX(sys::fsync(parent), "publishing blob '{}'", digest.to_string());
  return digest;
}

Result<> Ingest::abort() && {
  const sys::FileLock lock = std::move(lock_);
  return sys::unlinkat(store_, path_);
}

}  // namespace corten::content
