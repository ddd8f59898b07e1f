#include "snapshot/unpack_directories.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "snapshot/layer_path.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"

namespace corten::snapshot {

namespace {

constexpr int kDirectoryFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
constexpr std::size_t kOpenLevels = 64;
constexpr int kMaxSymlinks = 40;  // path_resolution(7)
// What a layer may leave out; one that lists its directories, as all tools do, needs none of it.
constexpr std::size_t kMaxImpliedBytes = std::size_t{4} * 1024 * 1024;

void append_reversed(std::string_view path, std::vector<std::string>& pending) {
  const auto components = split(path, '/');
  for (auto i = components.size(); i-- > 0;) pending.emplace_back(components[i]);
}

}  // namespace

Result<Directories::Place> Directories::enter(const std::string& path) {
  TRY(walk(path, Missing::make));
  const auto fd = TRY(top());
  return Place{.fd = fd, .path = path_};
}

Result<std::optional<Directories::Place>> Directories::find(const std::string& path) {
  const auto found = TRY(walk(path, Missing::fail));
  if (!found) return std::nullopt;
  const auto fd = TRY(top());
  return Place{.fd = fd, .path = path_};
}

Result<bool> Directories::walk(const std::string& path, Missing missing) {
  if (settled_ && path == asked_) return true;
  settled_ = false;
  const auto components = path_components(path);
  std::size_t common = 0;
  while (common < components.size() && common < levels_.size() &&
         components[common] == levels_[common].name) {
    ++common;
  }
  pop_to(common);
  std::vector<std::string> pending;
  for (auto i = components.size(); i-- > common;) pending.emplace_back(components[i]);
  int symlinks = 0;
  while (!pending.empty()) {
    const auto name = std::move(pending.back());
    pending.pop_back();
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      pop_to(levels_.empty() ? 0 : levels_.size() - 1);
      continue;
    }
    auto stepped = step(name, missing);
    if (stepped && !*stepped) return false;
    if (stepped) continue;
    if (stepped.error().errnum() != ELOOP) return std::unexpected(std::move(stepped).error());
    if (++symlinks > kMaxSymlinks) {
      return fail(Errc::invalid_argument, "'{}' leads through more than {} symbolic links", path,
                  kMaxSymlinks);
    }
    TRY(follow(name, pending));
  }
  asked_ = path;
  settled_ = true;
  return true;
}

Result<bool> Directories::step(std::string_view component, Missing missing) {
  const std::string name(component);
  const auto parent = TRY(top());
  auto fd = sys::openat(parent, name, kDirectoryFlags);
  if (fd) {
    TRY(push(name));
    levels_.back().fd = std::move(*fd);
    return true;
  }
  const int err = fd.error().errnum();
  if (err == ENOENT) {
    if (missing == Missing::fail) return false;
    const auto hidden = TRY(form_->hides(parent, name));
    TRY(make(name, hidden ? Origin::hidden : Origin::inherits));
    return true;
  }
  if (err != ENOTDIR && err != ELOOP) return std::unexpected(std::move(fd).error());
  const auto status = TRY(sys::fstatat(parent, name));
  if (status.is_symlink()) return fail_errno(ELOOP, "'{}' is a symbolic link", name);
  const auto mark = TRY(form_->is_mark(parent, name));
  if (mark && missing == Missing::fail) return false;
  if (mark) {
    const auto room = TRY(form_->make_room(parent, name));
    if (room) {
      TRY(make(name, Origin::hidden));
      const auto made = TRY(top());
      TRY(form_->set_opaque(made));
      return true;
    }
  }
  if (missing == Missing::fail) return false;
  return fail(Errc::invalid_argument, "'{}' is not a directory", join_path(path_, name));
}

Result<> Directories::follow(const std::string& name, std::vector<std::string>& pending) {
  const auto parent = TRY(top());
  const auto target = TRY(sys::readlinkat(parent, name));
  if (target.starts_with('/')) pop_to(0);
  append_reversed(target, pending);
  return {};
}

Result<> Directories::make(const std::string& name, Origin origin) {
  if (kind_of_name(name) != NameKind::ordinary) {
    return fail(Errc::invalid_argument, "the directory '{}' has the name of a whiteout", name);
  }
  constexpr std::uint32_t kMode = 0755;
  const auto parent = TRY(top());
  TRY(sys::mkdirat(parent, name, kMode));
  TRY(setter_->finish_name(parent, name, sys::FileType::directory, {.mode = kMode, .mtime = {}},
                           AttributeSetter::Made::now));
  TRY(push(name));
  implied_bytes_ += path_.size() + sizeof(Implied::value_type);
  if (implied_bytes_ > kMaxImpliedBytes) {
    return fail(Errc::invalid_argument, "the layer leaves out too many of its directories");
  }
  implied_.insert_or_assign(path_, origin);
  return {};
}

Result<> Directories::push(const std::string& name) {
  auto path = join_path(path_, name);
  if (path.size() > kMaxPathBytes) {
    return fail(Errc::invalid_argument, "a path is longer than {} bytes", kMaxPathBytes);
  }
  path_ = std::move(path);
  levels_.push_back({.name = name, .fd = {}, .path_bytes = path_.size()});
  if (levels_.size() > kOpenLevels) levels_[levels_.size() - 1 - kOpenLevels].fd.reset();
  return {};
}

void Directories::pop_to(std::size_t count) {
  if (count >= levels_.size()) return;
  levels_.erase(levels_.begin() + static_cast<std::ptrdiff_t>(count), levels_.end());
  path_.resize(levels_.empty() ? 0 : levels_.back().path_bytes);
  settled_ = false;
}

Result<sys::BorrowedFd> Directories::top() {
  if (levels_.empty()) return root_;
  auto& level = levels_.back();
  if (!level.fd) level.fd = TRY(sys::open_beneath(root_, path_, kDirectoryFlags));
  return sys::BorrowedFd(level.fd);
}

void Directories::forget(std::string_view path) {
  const auto components = path_components(path);
  const bool below =
      components.size() <= levels_.size() &&
      std::equal(components.begin(), components.end(), levels_.begin(),
                 [](std::string_view component, const Level& level) { return component == level.name; });
  if (below) pop_to(components.empty() ? 0 : components.size() - 1);
  // A path that was reached through a symlink may be cached under another text.
  settled_ = false;
  // Directories in it stand behind it: "a" and then "a/...".
  for (auto it = implied_.lower_bound(path); it != implied_.end() && it->first.starts_with(path);) {
    const bool inside = it->first.size() == path.size() || it->first[path.size()] == '/';
    it = inside ? implied_.erase(it) : std::next(it);
  }
}

void Directories::set_described(std::string_view path) {
  if (const auto it = implied_.find(path); it != implied_.end()) implied_.erase(it);
}

void Directories::set_hidden(std::string_view path) {
  if (const auto it = implied_.find(path); it != implied_.end()) it->second = Origin::hidden;
}

}  // namespace corten::snapshot
