#include "image/leftovers.hpp"

#include <fcntl.h>

#include <algorithm>

#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::image {
namespace {

// sys::write_file_atomically and content::Store.
constexpr std::string_view kPrefixes[] = {".corten-write-", ".corten-new-"};
constexpr std::int64_t kMinAgeSeconds = 3600;

bool is_leftover_name(std::string_view name) {
  return std::ranges::any_of(kPrefixes, [&](const auto prefix) { return name.starts_with(prefix); });
}

}  // namespace

Result<std::vector<std::string>> find_leftover_files(const content::Store& store) {
  std::vector<std::string> names;
  const auto directory = TRY(sys::openat(store.directory(), ".", O_RDONLY | O_DIRECTORY));
  const auto entries = TRY(sys::read_directory(directory));
  const auto limit = now().seconds - kMinAgeSeconds;
  for (const auto& entry : entries) {
    if (!is_leftover_name(entry.name)) continue;
    const auto status = TRY(sys::find_status(directory, entry.name));
    if (status && status->is_regular() && status->modified.seconds < limit) names.push_back(entry.name);
  }
  return names;
}

std::string leftover_files_text(std::size_t count) {
  return count == 1 ? "1 file of an interrupted command"
                    : fmt::format("{} files of interrupted commands", count);
}

Result<std::size_t> remove_leftover_files(const content::Store& store) {
  const auto names = TRY(find_leftover_files(store));
  for (const auto& name : names) {
    auto removed = sys::unlinkat(store.directory(), name);
    if (!removed && removed.error().kind() != Errc::not_found)
      return std::unexpected(std::move(removed).error());
  }
  return names.size();
}

}  // namespace corten::image
