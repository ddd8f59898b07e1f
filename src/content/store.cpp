#include "content/store.hpp"

#include <fcntl.h>

#include <algorithm>

#include "base/strings.hpp"
#include "codec/hashing_stream.hpp"
#include "codec/verify.hpp"
#include "content/layout.hpp"
#include "oci/image_layout.hpp"
#include "sys/directory.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"
#include "sys/temp.hpp"

namespace corten::content {
namespace {

constexpr std::size_t kMaxRefBytes = 128;
constexpr oci::DigestAlgorithm kAlgorithms[] = {oci::DigestAlgorithm::sha256, oci::DigestAlgorithm::sha512};

std::string directory_of(oci::DigestAlgorithm algorithm) {
  return fmt::format("{}/{}", oci::layout::kBlobsDirectory, oci::to_string(algorithm));
}

// Never replaces: another process may have made the file and written to it since we looked.
Result<> create_if_missing(sys::BorrowedFd store, const std::string& name, std::string_view text) {
  const auto status = TRY(sys::find_status(store, name));
  if (status) return {};
  auto file = TRY(sys::TempFile::create(store, ".corten-new-"));
  TRY(sys::write_all(file.fd(), as_bytes(text)));
  TRY(sys::fchmod(file.fd(), 0644));
  TRY(sys::fdatasync(file.fd()));
  auto named = std::move(file).persist(name, sys::RenameMode::no_replace);
  if (!named && named.error().kind() != Errc::already_exists) return named;
  return {};
}

Result<> create_directories(sys::BorrowedFd store) {
  for (const auto algorithm : kAlgorithms) TRY(sys::ensure_directory(store, directory_of(algorithm), 0700));
  TRY(sys::ensure_directory(store, kIngestsDirectory, 0700));
  return sys::ensure_directory(store, kLeasesDirectory, 0700);
}

Result<> create_files(sys::BorrowedFd store) {
  TRY(create_if_missing(
      store, std::string(oci::layout::kIndexFile),
      R"({"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2})"));
  // Last: its presence says that the rest is there.
  return create_if_missing(store, std::string(oci::layout::kMarkerFile), oci::layout::marker_text());
}

Result<> check_layout(sys::BorrowedFd store) {
  const auto text = TRY(sys::read_file(store, std::string(oci::layout::kMarkerFile), 4096));
  return oci::layout::check_marker(text);
}

// An index.json that is gone must not come back empty: gc would take all blobs for garbage.
Result<> refuse_lost_index(const Store& store) {
  const std::string index(oci::layout::kIndexFile);
  const auto present = TRY(sys::find_status(store.directory(), index));
  if (present) return {};
  const auto blobs = TRY(store.list());
  if (blobs.empty()) return {};
  // Asked again: blobs come after the index, so whoever was making the store has made both by now.
  const auto made = TRY(sys::find_status(store.directory(), index));
  if (made) return {};
  return with_hint(
      fail(Errc::data_loss, "the store has {} blobs, but its '{}' is missing", blobs.size(), index),
      "run 'corten system check --repair'");
}

Result<std::string> ingest_path(std::string_view ref) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (ref.empty() || ref.size() > kMaxRefBytes || ref[0] == '.' || !std::ranges::all_of(ref, allowed)) {
    return fail(Errc::invalid_argument, "'{}' is not an ingest ref", printable(ref));
  }
  return fmt::format("{}/{}", kIngestsDirectory, ref);
}

BlobInfo blob_info(const oci::Digest& digest, const sys::FileStatus& status) {
  return {.digest = digest, .size_bytes = status.size_bytes, .published = status.changed};
}

Result<> list_algorithm(sys::BorrowedFd store, oci::DigestAlgorithm algorithm, std::vector<BlobInfo>& blobs) {
  const auto directory = TRY(sys::openat(store, directory_of(algorithm), O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  for (const auto& entry : entries) {
    const auto digest = oci::Digest::parse(fmt::format("{}:{}", oci::to_string(algorithm), entry.name));
    if (!digest) continue;
    const auto status = TRY(sys::find_status(directory, entry.name));
    if (status && status->is_regular()) blobs.push_back(blob_info(*digest, *status));
  }
  return {};
}

codec::HashValue hash_of(const oci::Digest& digest) {
  const auto algorithm = digest.algorithm() == oci::DigestAlgorithm::sha256 ? codec::HashAlgorithm::sha256
                                                                            : codec::HashAlgorithm::sha512;
  return {algorithm, digest.bytes()};
}

}  // namespace

Result<Store> Store::open(sys::PathArg path) {
  auto store = TRY(open_damaged(path));
  TRY_CTX(refuse_lost_index(store), "opening store '{}'", path.shown());
  TRY_CTX(create_files(store.directory()), "opening store '{}'", path.shown());
  TRY_CTX(check_layout(store.directory()), "opening store '{}'", path.shown());
  return store;
}

Result<Store> Store::open_damaged(sys::PathArg path) {
  TRY_CTX(sys::ensure_directory(sys::BorrowedFd::cwd(), path, 0700), "opening store '{}'", path.shown());
  auto directory =
      TRY_CTX(sys::open_directory(sys::BorrowedFd::cwd(), path), "opening store '{}'", path.shown());
  TRY_CTX(create_directories(directory), "opening store '{}'", path.shown());
  return Store(std::move(directory));
}

Result<std::optional<BlobInfo>> Store::find(const oci::Digest& digest) const {
  const auto status = TRY(sys::find_status(directory_, oci::layout::blob_path(digest)));
  if (!status) return std::nullopt;
  return blob_info(digest, *status);
}

Result<BlobInfo> Store::require(const oci::Digest& digest) const {
  const auto blob = TRY(find(digest));
  if (!blob) return fail(Errc::not_found, "no blob '{}' in the store", digest.to_string());
  return *blob;
}

Result<sys::UniqueFd> Store::open_blob(const oci::Digest& digest) const {
  return TRY_CTX(sys::openat(directory_, oci::layout::blob_path(digest), O_RDONLY | O_NOFOLLOW),
                 "reading blob '{}'", digest.to_string());
}

Result<std::string> Store::read_blob(const oci::Digest& digest, std::size_t max_bytes) const {
  const auto fd = TRY(open_blob(digest));
  auto text = TRY_CTX(sys::read_all(fd, max_bytes), "reading blob '{}'", digest.to_string());
  codec::Hasher hasher(hash_of(digest).algorithm());
  hasher.update(as_bytes(text));
  if (hasher.finish() != hash_of(digest)) {
    return with_hint(fail(Errc::data_loss, "blob '{}' does not match its digest", digest.to_string()),
                     "run 'corten system check --repair'");
  }
  return text;
}

Result<> Store::verify(const oci::Digest& digest) const {
  const auto fd = TRY(open_blob(digest));
  const auto status = TRY(sys::fstat(fd));
  sys::FdSource source(fd);
  codec::VerifyingSource verified(source, {.hash = hash_of(digest), .size_bytes = status.size_bytes});
  TRY_CTX(codec::discard_rest(verified), "checking blob '{}'", digest.to_string());
  return {};
}

Result<std::vector<BlobInfo>> Store::list() const {
  std::vector<BlobInfo> blobs;
  for (const auto algorithm : kAlgorithms) TRY(list_algorithm(directory_, algorithm, blobs));
  return blobs;
}

Result<> Store::remove(const oci::Digest& digest) const {
  auto removed = sys::unlinkat(directory_, oci::layout::blob_path(digest));
  if (!removed && removed.error().kind() != Errc::not_found) return removed;
  return {};
}

Result<Ingest> Store::begin_ingest(std::string_view ref, const IngestOptions& options) const {
  const auto path = TRY(ingest_path(ref));
  auto directory = TRY(sys::duplicate(directory_));
  return TRY_CTX(Ingest::open(std::move(directory), path, options), "beginning ingest '{}'", ref);
}

Result<std::vector<IngestInfo>> Store::list_ingests() const {
  const auto directory = TRY(sys::openat(directory_, kIngestsDirectory, O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  std::vector<IngestInfo> ingests;
  for (const auto& entry : entries) {
    const auto status = TRY(sys::find_status(directory, entry.name));
    if (!status || !status->is_regular()) continue;
    ingests.push_back(
        {.ref = entry.name, .size_bytes = status->size_bytes, .last_written = status->modified});
  }
  return ingests;
}

Result<> Store::abort_ingest(std::string_view ref) const {
  const auto path = TRY(ingest_path(ref));
  const auto status = TRY(sys::find_status(directory_, path));
  if (!status) return {};
  return Ingest::discard(directory_, path);
}

Result<oci::Digest> Store::put(std::string_view bytes) const {
  const auto digest = digest_of(bytes);
  const auto present = TRY(find(digest));
  if (present) return digest;
  auto ingest = TRY(begin_ingest("put-" + digest.hex(), {.timeout = std::chrono::seconds{30}}));
  TRY(ingest.restart());
  TRY(ingest.write(as_bytes(bytes)));
  return std::move(ingest).commit(digest, bytes.size());
}

oci::Digest digest_of(std::string_view bytes) {
  codec::Hasher hasher(codec::HashAlgorithm::sha256);
  hasher.update(as_bytes(bytes));
  const auto hash = hasher.finish();
  return oci::Digest::from_sha256(hash.bytes().first<32>());
}

}  // namespace corten::content
