#include <fcntl.h>

#include <algorithm>
#include <string>
#include <utility>

#include "codec/tar_writer.hpp"
#include "codec/verify.hpp"
#include "image/archive/docker_manifest.hpp"
#include "image/archive/save.hpp"
#include "image/digests.hpp"
#include "oci/image_layout.hpp"
#include "sys/fd_stream.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"

namespace corten::image {
namespace {

codec::ExpectedContent expected_content(const SavePlan::Blob& blob) {
  return {.hash = hash_of(blob.digest), .size_bytes = blob.size_bytes};
}

class ReportingSource : public Source {
 public:
  ReportingSource(Source& inner, const SavePlan& plan, const SaveOptions& options)
      : inner_(inner), plan_(plan), options_(options) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    if (options_.stop.stop_requested()) return fail(Errc::canceled, "canceled");
    const auto count = TRY(inner_.read(buffer));
    if (count > 0 && options_.on_bytes) options_.on_bytes(count, plan_.total_bytes);
    return count;
  }

 private:
  Source& inner_;
  const SavePlan& plan_;
  const SaveOptions& options_;
};

// Calls `put` with the bytes of a blob, compared with its digest.
template <typename Put>
Result<> with_blob(const content::Store& store, const SavePlan& plan, const SaveOptions& options,
                   const SavePlan::Blob& blob, const Put& put) {
  const auto file = TRY(store.open_blob(blob.digest));
  sys::FdSource bytes(file);
  codec::VerifyingSource verified(bytes, expected_content(blob));
  ReportingSource reported(verified, plan, options);
  TRY_CTX(put(reported), "blob '{}'", blob.digest.to_string());
  return {};
}

// Nothing of a member depends on when or by whom it is written.
codec::TarEntry file_entry(std::string name, std::uint64_t size) {
  return {.name = std::move(name), .mode = 0644, .size = size};
}

codec::TarEntry directory_entry(std::string name) {
  return {.name = std::move(name), .type = codec::TarType::directory, .mode = 0755};
}

Result<> add_text(codec::TarWriter& tar, std::string_view name, const std::string& text) {
  MemorySource bytes{std::string_view(text)};
  return tar.add(file_entry(std::string(name), text.size()), bytes);
}

std::vector<std::string> blob_directories(const SavePlan& plan) {
  std::vector<std::string> directories = {std::string(oci::layout::kBlobsDirectory)};
  for (const auto& blob : plan.blobs) {
    const auto path = oci::layout::blob_path(blob.digest);
    const auto directory = path.substr(0, path.rfind('/'));
    if (std::ranges::find(directories, directory) == directories.end()) directories.push_back(directory);
  }
  return directories;
}

}  // namespace

Result<> write_archive(const content::Store& store, const SavePlan& plan, const SaveOptions& options,
                       Sink& out) {
  codec::TarWriter tar(out);
  for (const auto& directory : blob_directories(plan)) TRY(tar.add(directory_entry(directory)));
  for (const auto& blob : plan.blobs) {
    const auto entry = file_entry(oci::layout::blob_path(blob.digest), blob.size_bytes);
    TRY(with_blob(store, plan, options, blob, [&](Source& bytes) { return tar.add(entry, bytes); }));
  }
  TRY(add_text(tar, oci::layout::kIndexFile, plan.index));
  if (!plan.docker_manifest.empty()) TRY(add_text(tar, kDockerManifestFile, plan.docker_manifest));
  TRY(add_text(tar, oci::layout::kMarkerFile, oci::layout::marker_text()));
  return tar.finish();
}

namespace {

Result<> write_file(sys::BorrowedFd directory, const std::string& name, Source& bytes) {
  auto file = TRY_CTX(sys::openat(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0644), "making '{}'", name);
  sys::FdSink sink(file);
  TRY_CTX(copy_stream(bytes, sink), "writing '{}'", name);
  TRY_CTX(file.close(), "writing '{}'", name);
  return {};
}

Result<> write_text(sys::BorrowedFd directory, std::string_view name, const std::string& text) {
  MemorySource bytes{std::string_view(text)};
  return write_file(directory, std::string(name), bytes);
}

}  // namespace

Result<> write_layout(const content::Store& store, const SavePlan& plan, const SaveOptions& options,
                      sys::BorrowedFd directory) {
  for (const auto& name : blob_directories(plan)) TRY(sys::mkdirat(directory, name, 0755));
  for (const auto& blob : plan.blobs) {
    const auto path = oci::layout::blob_path(blob.digest);
    TRY(with_blob(store, plan, options, blob,
                  [&](Source& bytes) { return write_file(directory, path, bytes); }));
  }
  TRY(write_text(directory, oci::layout::kMarkerFile, oci::layout::marker_text()));
  // Last: a directory without it is no layout.
  return write_text(directory, oci::layout::kIndexFile, plan.index);
}

}  // namespace corten::image
