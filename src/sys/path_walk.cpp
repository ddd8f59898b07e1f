#include "sys/path_walk.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/names.hpp"

namespace corten::sys {

namespace {

constexpr int kMaxSymlinks = 40;         // MAXSYMLINKS of the kernel
constexpr std::size_t kMaxLevels = 256;  // descriptors held at once
constexpr std::uint64_t kProcRootInode = 1;
constexpr std::uint32_t kAppArmorMagic = 0x5a3c69f0;  // linux/magic.h has it since 5.17

// A link whose target the kernel makes up and jumps to, whatever its text says. Only /proc (under the
// directories of processes), securityfs and apparmorfs have them; their links in general are refused, except
// those at the top of /proc (self, mounts, net), which are ordinary.
Result<bool> may_be_magic(BorrowedFd link, BorrowedFd parent) {
  struct statfs fs{};
  if (::fstatfs(link.get(), &fs) != 0) {
    const int err = errno;
    return fail_errno(err, "reading the file system type of a symbolic link");
  }
  const auto type = static_cast<std::uint32_t>(fs.f_type);
  if (type == SECURITYFS_MAGIC || type == kAppArmorMagic) return true;
  if (type != PROC_SUPER_MAGIC) return false;
  const auto status = TRY(fstat(parent));
  return status.inode != kProcRootInode;
}

class Walk {
 public:
  Walk(BorrowedFd root, PathArg path, WalkScope scope) : root_(root), shown_(path.shown()), scope_(scope) {}

  Result<UniqueFd> open(std::string_view path, int flags, mode_t mode);
  Result<UniqueFd> make_directories(std::string_view path, mode_t mode);

 private:
  std::unexpected<Error> fail_walk(int err) const { return fail_errno(err, "opening '{}'", shown_); }

  BorrowedFd current() const { return levels_.empty() ? root_ : BorrowedFd(levels_.back()); }

  // Takes the next component off rest_; empty when only slashes are left.
  std::string next_component();
  Result<> start(std::string_view path);
  Result<> climb();
  Result<> enter(UniqueFd directory);
  // Puts the target of a link in front of what is left.
  Result<> expand(BorrowedFd link);
  Result<> step(const std::string& name, std::optional<mode_t> make_missing);
  // The last component; nothing when it was a symlink and the walk goes on.
  Result<std::optional<UniqueFd>> open_last(const std::string& name, int flags, mode_t mode);
  Result<UniqueFd> reopen_current(int flags, mode_t mode);
  Result<> check_inside(BorrowedFd found) const;

  BorrowedFd root_;
  std::string_view shown_;
  WalkScope scope_;
  std::vector<UniqueFd> levels_;
  std::string rest_;
  bool slash_at_end_ = false;
  int symlinks_ = 0;
};

std::string Walk::next_component() {
  const auto begin = rest_.find_first_not_of('/');
  if (begin == std::string::npos) {
    rest_.clear();
    return {};
  }
  const auto end = std::min(rest_.find('/', begin), rest_.size());
  auto component = rest_.substr(begin, end - begin);
  // What follows, so that "is this the last one" is "is rest_ empty"; a slash at the end means a directory.
  const auto more = std::min(rest_.find_first_not_of('/', end), rest_.size());
  if (more == rest_.size()) slash_at_end_ = end != rest_.size();
  rest_.erase(0, more);
  return component;
}

Result<> Walk::start(std::string_view path) {
  if (path.empty()) return fail_walk(ENOENT);
  if (path.starts_with('/')) {
    if (scope_ == WalkScope::beneath) return fail_walk(EXDEV);
    levels_.clear();
  }
  rest_ = path;
  return {};
}

Result<> Walk::climb() {
  if (!levels_.empty()) {
    levels_.pop_back();
  } else if (scope_ == WalkScope::beneath) {
    return fail_walk(EXDEV);
  }
  return {};
}

Result<> Walk::enter(UniqueFd directory) {
  if (levels_.size() == kMaxLevels) {
    return fail(Errc::unsupported, "opening '{}': more than {} directories deep without openat2", shown_,
                kMaxLevels);
  }
  levels_.push_back(std::move(directory));
  return {};
}

Result<> Walk::expand(BorrowedFd link) {
  if (++symlinks_ > kMaxSymlinks) return fail_walk(ELOOP);
  const auto magic = TRY(may_be_magic(link, current()));
  if (magic) return fail_walk(ELOOP);
  auto target = TRY(readlink(link));
  if (!rest_.empty() || slash_at_end_) target += "/" + rest_;
  return start(target);
}

Result<> Walk::step(const std::string& name, std::optional<mode_t> make_missing) {
  if (name == ".") return {};
  if (name == "..") return climb();
  auto fd = openat(current(), name, O_PATH | O_NOFOLLOW);
  if (!fd && make_missing && fd.error().errnum() == ENOENT) {
    auto made = mkdirat(current(), name, *make_missing);
    if (!made && made.error().errnum() != EEXIST) return fail_walk(made.error().errnum());
    fd = openat(current(), name, O_PATH | O_NOFOLLOW);
  }
  if (!fd) return fail_walk(fd.error().errnum());
  const auto status = TRY(fstat(*fd));
  if (status.is_directory()) return enter(std::move(*fd));
  if (!status.is_symlink()) return fail_walk(ENOTDIR);
  return expand(*fd);
}

Result<std::optional<UniqueFd>> Walk::open_last(const std::string& name, int flags, mode_t mode) {
  const bool must_be_directory = slash_at_end_;
  // Linux refuses to create what a slash says is a directory.
  if (must_be_directory && (flags & O_CREAT) != 0) return fail_walk(EISDIR);
  const bool stops_at_link = (flags & O_NOFOLLOW) != 0 && !must_be_directory;
  const int wanted = flags | O_NOFOLLOW | (must_be_directory ? O_DIRECTORY : 0);
  auto fd = openat(current(), name, wanted, mode);
  if (fd && ((flags & O_PATH) == 0 || stops_at_link)) return std::optional(std::move(*fd));
  if (fd) {
    const auto status = TRY(fstat(*fd));
    if (!status.is_symlink()) return std::optional(std::move(*fd));
  } else {
    const int err = fd.error().errnum();
    // What O_NOFOLLOW says to a symlink: ELOOP, with O_DIRECTORY ENOTDIR.
    if (stops_at_link || (err != ELOOP && err != ENOTDIR)) return fail_walk(err);
    fd = openat(current(), name, O_PATH | O_NOFOLLOW);
    if (!fd) return fail_walk(fd.error().errnum());
    const auto status = TRY(fstat(*fd));
    if (!status.is_symlink()) return fail_walk(err);
  }
  TRY(expand(*fd));
  return std::nullopt;
}

Result<UniqueFd> Walk::reopen_current(int flags, mode_t mode) {
  auto fd = openat(current(), ".", flags, mode);
  if (!fd) return fail_walk(fd.error().errnum());
  return fd;
}

// A directory of the tree may have been renamed to a place outside while we stood in it. A root that is
// renamed itself between the two looks would be refused too: look twice.
Result<> Walk::check_inside(BorrowedFd found) const {
  for (int look = 0; look < 2; ++look) {
    const auto root = TRY(describe_path(root_));
    const auto path = TRY(describe_path(found));
    if (root == "/" || path == root || path.starts_with(root + "/")) return {};
    // A deleted root has lost its name; nothing can be renamed out of it any more.
    if (root.ends_with(" (deleted)")) return {};
  }
  return fail_walk(EXDEV);
}

Result<UniqueFd> Walk::open(std::string_view path, int flags, mode_t mode) {
  TRY(start(path));
  while (true) {
    const auto name = next_component();
    if (!rest_.empty()) {
      TRY(step(name, std::nullopt));
      continue;
    }
    std::optional<UniqueFd> found;
    if (name.empty() || name == "." || name == "..") {
      if (name == "..") TRY(climb());
      found = TRY(reopen_current(flags, mode));
    } else {
      found = TRY(open_last(name, flags, mode));
    }
    if (!found) continue;
    TRY(check_inside(*found));
    return std::move(*found);
  }
}

Result<UniqueFd> Walk::make_directories(std::string_view path, mode_t mode) {
  TRY(start(path));
  while (!rest_.empty()) {
    const auto name = next_component();
    if (!name.empty()) TRY(step(name, mode));
  }
  auto found = TRY(reopen_current(O_PATH | O_DIRECTORY, 0));
  TRY(check_inside(found));
  return found;
}

}  // namespace

Result<UniqueFd> walk_open(BorrowedFd root, PathArg path, int flags, mode_t mode, WalkScope scope) {
  return Walk(root, path, scope).open(path.view(), flags, mode);
}

Result<UniqueFd> walk_make_directories(BorrowedFd root, PathArg path, mode_t mode) {
  return Walk(root, path, WalkScope::in_root).make_directories(path.view(), mode);
}

}  // namespace corten::sys
