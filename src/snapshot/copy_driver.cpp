#include <fcntl.h>

#include <chrono>
#include <ranges>
#include <thread>
#include <unordered_set>

#include "snapshot/copy_tree.hpp"
#include "snapshot/drivers.hpp"
#include "snapshot/layout.hpp"
#include "snapshot/store.hpp"
#include "snapshot/tree.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"

namespace corten::snapshot {

namespace {

// An empty file that is made after the copy is complete: what changed since is newer.
constexpr auto kMarkFile = "copied";

// The clock of file times ticks some hundred times a second: makes the mark once it has moved on.
Result<> make_mark(sys::BorrowedFd directory, sys::BorrowedFd tree) {
  auto mark = TRY(sys::openat(directory, kMarkFile, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  // The last change of the copy is that of its root's times.
  const auto last = TRY(sys::fstat(tree));
  while (true) {
    TRY(sys::futimens(mark, {.accessed = {}, .modified = Timestamp{}}));
    const auto status = TRY(sys::fstat(mark));
    if (status.changed > last.changed) return mark.close();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

class CopyDriver : public LayerStore {
 public:
  explicit CopyDriver(StoreFiles files) : LayerStore(std::move(files), named_whiteouts()) {}

  std::string_view driver() const override { return "copy"; }

 protected:
  bool wants_links() const override { return false; }

  Result<> build_active(sys::BorrowedFd directory, const ActiveInfo&, const Chain& chain) const override {
    const auto tree = TRY(make_tree(directory, kTreeDirectory));
    AttributeSetter setter;
    for (const auto& layer : std::views::reverse(chain)) {
      const auto& chain_id = layer.info.name.chain_id;
      const auto from =
          TRY(sys::openat(files().store(), layer_tree(chain_id), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
      TRY_CTX(overlay_tree(from, tree, setter), "copying layer '{}'", chain_id.to_string());
    }
    return make_mark(directory, tree);
  }

  Result<RootfsMount> mount_for(const ActiveInfo& active, const Chain&) const override {
    return bind_of(fmt::format("{}/{}/{}", kActiveDirectory, active.key, kTreeDirectory), active.access);
  }

  Result<std::uint64_t> measure(sys::BorrowedFd directory, const ActiveInfo&) const override {
    const auto mark = TRY(sys::fstatat(directory, kMarkFile));
    const auto tree = TRY(sys::openat(directory, kTreeDirectory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    std::uint64_t bytes = 0;
    std::unordered_set<std::uint64_t> linked;
    TRY(walk_tree(tree, [&](const TreeEntry& entry) -> Result<> {
      if (entry.type != sys::FileType::regular) return {};
      const auto status = TRY(sys::fstatat(entry.directory, entry.name));
      if (status.changed < mark.changed) return {};
      if (status.link_count == 1 || linked.insert(status.inode).second) bytes += status.size_bytes;
      return {};
    }));
    return bytes;
  }
};

}  // namespace

std::unique_ptr<Snapshotter> make_copy_driver(StoreFiles files) {
  return std::make_unique<CopyDriver>(std::move(files));
}

}  // namespace corten::snapshot
