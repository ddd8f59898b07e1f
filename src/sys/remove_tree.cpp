#include "sys/remove_tree.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::sys {

namespace {

constexpr std::size_t kMaxOpenLevels = 32;
constexpr int kMaxRescans = 16;   // of one directory that others keep filling
constexpr int kMaxRestarts = 16;  // after a directory moved away under us

// One directory on the way from the top to where we are.
struct Level {
  std::string name;  // in the level above
  FileStatus status;
  UniqueFd fd;  // none while the walk is far below; found again through ".."
  std::optional<DirectoryReader> reader;
  std::vector<std::string> subdirectories;  // of the batch being worked on
  int rescans = 0;
};

// Whether the kernel calls it one mount. Before kernel 5.8 statx knows no mount ids, and a bind mount from
// the same file system is not told from a directory: there the caller must not have any below the tree.
bool same_mount(const FileStatus& a, const FileStatus& b) {
  return a.device == b.device && a.mount_id == b.mount_id;
}

Result<> check_same_mount(const FileStatus& status, const FileStatus& above, const std::string& name) {
  if (same_mount(status, above)) return {};
  return fail(Errc::failed_precondition, "'{}' is a mount point", name);
}

class TreeRemoval {
 public:
  TreeRemoval(BorrowedFd dir, PathArg name) : dir_(dir), shown_(name.shown()), top_(name.view()) {}

  /// False when the tree moved under us and the work must start again.
  Result<bool> run();

 private:
  Result<> enter(BorrowedFd parent, std::string name, const FileStatus& status);
  Result<UniqueFd> open_directory_of(BorrowedFd parent, const std::string& name, const FileStatus& above);
  Result<UniqueFd> find_directory(BorrowedFd parent, const std::string& name);
  Result<> remove_entry(Level& level, const std::string& name);
  Result<bool> scan_batch(Level& level);
  Result<bool> leave();
  void close_far_level();

  BorrowedFd dir_;
  std::string_view shown_;
  std::string top_;
  std::vector<Level> levels_;
};

// An O_PATH descriptor. A directory that we list but may not search shows names and nothing behind them; the
// caller's own directory is not ours to open up.
Result<UniqueFd> TreeRemoval::find_directory(BorrowedFd parent, const std::string& name) {
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
  auto fd = openat(parent, name, kFlags);
  const bool is_ours = !levels_.empty();
  if (!fd && fd.error().errnum() == EACCES && is_ours) {
    TRY(fchmod(parent, 0700));
    fd = openat(parent, name, kFlags);
  }
  return fd;
}

// What is behind a mount point is not changed, not even its mode.
Result<UniqueFd> TreeRemoval::open_directory_of(BorrowedFd parent, const std::string& name,
                                                const FileStatus& above) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  auto fd = openat(parent, name, kFlags);
  if (fd || fd.error().errnum() != EACCES) return fd;
  // The mode forbids it: through a descriptor, since the name may be a symlink by now.
  const auto path_fd = TRY(find_directory(parent, name));
  const auto status = TRY(fstat(path_fd));
  TRY(check_same_mount(status, above, name));
  if (auto again = openat(parent, name, kFlags)) return again;  // it was the parent that forbade it
  TRY(fchmod(path_fd, 0700));
  return openat(parent, name, kFlags);
}

Result<> TreeRemoval::enter(BorrowedFd parent, std::string name, const FileStatus& above) {
  auto fd = TRY(open_directory_of(parent, name, above));
  const auto status = TRY(fstat(fd));
  TRY(check_same_mount(status, above, name));
  close_far_level();
  Level level{.name = std::move(name),
              .status = status,
              .fd = std::move(fd),
              .reader = {},
              .subdirectories = {},
              .rescans = 0};
  level.reader.emplace(level.fd);
  levels_.push_back(std::move(level));
  return {};
}

// The level that is kMaxOpenLevels above the one about to be entered gives its descriptor back.
void TreeRemoval::close_far_level() {
  if (levels_.size() < kMaxOpenLevels) return;
  auto& far = levels_[levels_.size() - kMaxOpenLevels];
  far.reader.reset();
  far.fd.reset();
  far.subdirectories.clear();
}

Result<> TreeRemoval::remove_entry(Level& level, const std::string& name) {
  auto removed = unlinkat(level.fd, name);
  if (!removed && removed.error().errnum() == EACCES) {
    // No write or search permission in the directory; the first error is the better one to report.
    if (fchmod(level.fd, 0700)) removed = unlinkat(level.fd, name);
  }
  if (removed || removed.error().errnum() == ENOENT) return {};
  // EISDIR says Linux, EPERM says POSIX and some file systems.
  if (removed.error().errnum() == EISDIR || removed.error().errnum() == EPERM) {
    const auto status = TRY(find_status(level.fd, name));
    if (!status) return {};
    if (status->is_directory()) {
      level.subdirectories.push_back(name);
      return {};
    }
  }
  return removed;
}

// Removes the files of the next batch and notes its directories; false at the end of the directory.
Result<bool> TreeRemoval::scan_batch(Level& level) {
  if (!level.reader) {
    TRY(seek(level.fd, 0));
    level.reader.emplace(level.fd);
  }
  bool any = false;
  do {
    const auto entry = TRY(level.reader->next());
    if (!entry) return any;
    any = true;
    if (entry->type == FileType::directory) {
      level.subdirectories.push_back(entry->name);
    } else {
      TRY(remove_entry(level, entry->name));
    }
  } while (!level.reader->batch_done());
  return true;
}

// Removes the directory just emptied and goes back to the one above; false when that cannot be found.
Result<bool> TreeRemoval::leave() {
  auto& done = levels_.back();
  Level* above = levels_.size() > 1 ? &levels_[levels_.size() - 2] : nullptr;
  if (above != nullptr && !above->fd) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    auto fd = openat(done.fd, "..", kFlags);
    if (!fd && fd.error().errnum() == EACCES) {
      TRY(fchmod(done.fd, 0700));
      fd = openat(done.fd, "..", kFlags);
    }
    if (!fd) return std::unexpected(std::move(fd).error());
    const auto status = TRY(fstat(*fd));
    // Moved elsewhere meanwhile: ".." is not ours to touch.
    if (!status.same_file(above->status)) return false;
    above->fd = std::move(*fd);
  }
  const auto parent = above == nullptr ? dir_ : BorrowedFd(above->fd);
  auto removed = unlinkat(parent, done.name, Removed::directory);
  if (!removed && removed.error().errnum() == EACCES && above != nullptr) {
    if (fchmod(above->fd, 0700)) removed = unlinkat(parent, done.name, Removed::directory);
  }
  if (!removed) {
    const int err = removed.error().errnum();
    if ((err == ENOTEMPTY || err == EEXIST) && done.rescans++ < kMaxRescans) {
      TRY(seek(done.fd, 0));
      done.reader.emplace(done.fd);
      return true;
    }
    // ENOTDIR: renamed away and replaced; the scan of the level above meets the newcomer.
    if (err != ENOENT && err != ENOTDIR) return std::unexpected(std::move(removed).error());
  }
  levels_.pop_back();
  return true;
}

Result<bool> TreeRemoval::run() {
  levels_.clear();
  FileStatus above;
  const auto top = TRY(find_status(dir_, top_));
  if (!top) return true;
  above = TRY(fstat(dir_));
  if (!top->is_directory()) {
    auto removed = unlinkat(dir_, top_);
    if (!removed && removed.error().errnum() != ENOENT) return std::unexpected(std::move(removed).error());
    return true;
  }
  TRY(enter(dir_, top_, above));
  while (!levels_.empty()) {
    auto& level = levels_.back();
    if (!level.subdirectories.empty()) {
      auto name = std::move(level.subdirectories.back());
      level.subdirectories.pop_back();
      auto entered = enter(level.fd, name, level.status);
      if (entered) continue;
      // Gone, or no directory any more.
      const int err = entered.error().errnum();
      if (err != ENOENT && err != ENOTDIR && err != ELOOP) return std::unexpected(std::move(entered).error());
      if (err != ENOENT) TRY(remove_entry(level, name));
      continue;
    }
    const auto more = TRY(scan_batch(level));
    if (more) continue;
    const auto back = TRY(leave());
    if (!back) return false;
  }
  return true;
}

}  // namespace

Result<> remove_tree_at(BorrowedFd dir, PathArg name) {
  const auto text = name.view();
  if (text.empty() || text == "." || text == ".." || text.find('/') != std::string_view::npos) {
    return fail(Errc::invalid_argument, "'{}' is not the name of a tree to remove", name.shown());
  }
  TreeRemoval removal(dir, name);
  for (int restarts = 0; restarts < kMaxRestarts; ++restarts) {
    const auto done = TRY_CTX(removal.run(), "removing '{}'", name.shown());
    if (done) return {};
  }
  return fail(Errc::unavailable, "removing '{}': its directories keep moving", name.shown());
}

}  // namespace corten::sys
