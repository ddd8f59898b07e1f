#include "snapshot/tree.hpp"

#include <fcntl.h>

#include <unordered_set>
#include <vector>

#include "snapshot/layer_path.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/openat2.hpp"

namespace corten::snapshot {

namespace {

constexpr int kReadDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

Result<> walk_directory(sys::BorrowedFd directory, const std::string& path,
                        const std::function<Result<>(const TreeEntry&)>& visit,
                        std::vector<std::string>& pending) {
  sys::DirectoryReader reader(directory);
  while (true) {
    auto entry = TRY(reader.next());
    if (!entry) return {};
    if (entry->type == sys::FileType::unknown) {
      const auto status = TRY(sys::fstatat(directory, entry->name));
      entry->type = status.type;
    }
    TRY(visit({.directory = directory, .path = path, .name = entry->name, .type = entry->type}));
    if (entry->type == sys::FileType::directory) pending.push_back(join_path(path, entry->name));
  }
}

}  // namespace

Result<> walk_tree(sys::BorrowedFd root, const std::function<Result<>(const TreeEntry&)>& visit) {
  std::vector<std::string> pending{""};
  while (!pending.empty()) {
    const auto path = std::move(pending.back());
    pending.pop_back();
    auto directory = sys::open_beneath(root, path.empty() ? "." : path, kReadDirectory);
    if (!directory && directory.error().kind() == Errc::not_found) continue;  // the visitor removed it
    if (!directory) return std::unexpected(std::move(directory).error());
    TRY_CTX(walk_directory(*directory, path, visit, pending), "reading '{}'", path);
  }
  return {};
}

Result<TreeSize> measure_tree(sys::BorrowedFd root) {
  TreeSize size;
  std::unordered_set<std::uint64_t> linked;
  TRY(walk_tree(root, [&](const TreeEntry& entry) -> Result<> {
    ++size.entries;
    if (entry.type != sys::FileType::regular) return {};
    const auto status = TRY(sys::fstatat(entry.directory, entry.name));
    if (status.link_count == 1 || linked.insert(status.inode).second) size.size_bytes += status.size_bytes;
    return {};
  }));
  return size;
}

}  // namespace corten::snapshot
