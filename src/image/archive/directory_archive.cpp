#include <fcntl.h>

#include <string>
#include <utility>

#include "base/strings.hpp"
#include "image/archive/archive_source.hpp"
#include "image/archive/member_intake.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/openat2.hpp"
#include "sys/stoppable_source.hpp"

namespace corten::image {
namespace {

class DirectoryArchive : public ArchiveSource {
 public:
  DirectoryArchive(const content::Store& store, content::Lease& lease, sys::UniqueFd directory,
                   const OnArchiveBytes& on_bytes, std::stop_token stop)
      : store_(store),
        lease_(lease),
        directory_(std::move(directory)),
        on_bytes_(on_bytes),
        stop_(std::move(stop)) {}

  Result<std::optional<std::string>> find_document(std::string_view name) override {
    const auto file = TRY(find_file(name));
    if (!file) return std::nullopt;
    auto text = TRY_CTX(sys::read_all(*file, document_cap(name).value_or(0)), "reading '{}'", name);
    return text;
  }

  Result<std::optional<ArchiveMember>> find_member(std::string_view name) override {
    const auto file = TRY(find_file(name));
    if (!file) return std::nullopt;
    auto bytes = TRY(sys::StoppableSource::create(*file, stop_));
    auto member = TRY(take_member(store_, lease_, name, bytes));
    if (on_bytes_) on_bytes_(name, member.size_bytes);
    return member;
  }

 private:
  // Regular files only: a FIFO would block, a device give bytes for ever.
  Result<std::optional<sys::UniqueFd>> find_file(std::string_view name) {
    const std::string path(name);
    auto file = sys::open_beneath(directory_, path, O_RDONLY | O_NONBLOCK);
    if (!file && file.error().kind() == Errc::not_found) return std::nullopt;
    if (!file) return with_frame(std::move(file).error(), "opening '{}' in the directory", printable(name));
    const auto status = TRY(sys::fstat(*file));
    if (!status.is_regular()) {
      return fail(Errc::invalid_argument, "'{}' in the directory is not a regular file", printable(name));
    }
    return std::move(*file);
  }

  const content::Store& store_;
  content::Lease& lease_;
  sys::UniqueFd directory_;
  OnArchiveBytes on_bytes_;
  std::stop_token stop_;
};

}  // namespace

Result<std::unique_ptr<ArchiveSource>> open_archive_directory(const content::Store& store,
                                                              content::Lease& lease, sys::UniqueFd directory,
                                                              const OnArchiveBytes& on_bytes,
                                                              std::stop_token stop) {
  return std::make_unique<DirectoryArchive>(store, lease, std::move(directory), on_bytes, std::move(stop));
}

}  // namespace corten::image
