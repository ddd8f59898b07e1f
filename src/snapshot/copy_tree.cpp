#include "snapshot/copy_tree.hpp"

#include <fcntl.h>

#include <unordered_map>
#include <vector>

#include "snapshot/layer_path.hpp"
#include "sys/copy.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/names.hpp"
#include "sys/openat2.hpp"
#include "sys/remove_tree.hpp"

namespace corten::snapshot {

namespace {

constexpr int kReadDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

Result<> copy_content(const LowerLayers::Found& from, sys::BorrowedFd to, const std::string& name,
                      const Attributes& attributes, AttributeSetter& setter) {
  const auto source = TRY(sys::openat(from.parent, from.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  auto copy = TRY(
      sys::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, setter.initial_mode(attributes.mode)));
  TRY(sys::copy_file(source, copy));
  TRY(setter.finish_file(copy, attributes));
  return copy.close();
}

class LayerCopy {
 public:
  LayerCopy(sys::BorrowedFd layer, sys::BorrowedFd to, AttributeSetter& setter)
      : layer_(layer), to_(to), setter_(setter) {}

  Result<> run() {
    TRY(take_over_root());
    pending_.push_back({});
    while (!pending_.empty()) {
      auto step = std::move(pending_.back());
      pending_.pop_back();
      if (step.leaving) {
        TRY(set_time(step));
      } else {
        TRY_CTX(copy_directory(step.path), "copying '{}'", step.path);
      }
    }
    return {};
  }

 private:
  struct Step {
    std::string path = {};
    bool leaving = false;  // all that is in it is done: the time can be set
    Timestamp time = {};
  };

  static std::string or_dot(const std::string& path) { return path.empty() ? "." : path; }

  Result<> take_over_root() {
    const auto status = TRY(sys::fstat(layer_));
    const auto attributes = TRY(read_attributes(layer_, "", status));
    TRY(setter_.finish_name(to_, "", sys::FileType::directory, attributes, AttributeSetter::Made::before));
    pending_.push_back({.leaving = true, .time = attributes.mtime});
    return {};
  }

  Result<> copy_directory(const std::string& path) {
    const auto from = TRY(sys::open_beneath(layer_, or_dot(path), kReadDirectory));
    const auto to = TRY(sys::open_beneath(to_, or_dot(path), kReadDirectory));
    const auto entries = TRY(sys::read_directory(from));
    // All marks first: they speak of the layers below, whatever this layer has under the same names.
    for (const auto& entry : entries) TRY(apply_mark(to, entry.name));
    for (const auto& entry : entries) {
      if (kind_of_name(entry.name) != NameKind::ordinary) continue;
      TRY_CTX(copy_entry(from, to, path, entry.name), "'{}'", entry.name);
    }
    return {};
  }

  static Result<> apply_mark(sys::BorrowedFd to, const std::string& name) {
    switch (kind_of_name(name)) {
      case NameKind::whiteout:
        return sys::remove_tree_at(to, name.substr(kWhiteoutPrefix.size()));
      case NameKind::opaque: {
        const auto directory = TRY(sys::openat(to, ".", kReadDirectory));
        const auto hidden = TRY(sys::read_directory(directory));
        for (const auto& entry : hidden) TRY(sys::remove_tree_at(to, entry.name));
        return {};
      }
      default:
        return {};
    }
  }

  Result<> copy_entry(sys::BorrowedFd from, sys::BorrowedFd to, const std::string& path,
                      const std::string& name) {
    const auto status = TRY(sys::fstatat(from, name));
    const auto existing = TRY(sys::find_status(to, name));
    const auto own_path = join_path(path, name);
    if (status.is_directory()) {
      const bool keep = existing && existing->is_directory();
      return copy_directory_entry(from, to, own_path, name, status, existing && !keep, keep);
    }
    if (existing) TRY(sys::remove_tree_at(to, name));
    if (status.link_count > 1) {
      const auto [first, is_first] = links_.try_emplace(status.inode, own_path);
      if (!is_first) {
        const auto target = TRY(sys::open_beneath(to_, first->second, O_PATH | O_NOFOLLOW));
        return sys::link_fd(target, to, name);
      }
    }
    LowerLayers::Found found;
    found.parent = TRY(sys::duplicate(from));
    found.name = name;
    found.status = status;
    return copy_node(found, to, name, setter_);
  }

  Result<> copy_directory_entry(sys::BorrowedFd from, sys::BorrowedFd to, const std::string& path,
                                const std::string& name, const sys::FileStatus& status, bool in_the_way,
                                bool keep) {
    const auto attributes = TRY(read_attributes(from, name, status));
    if (in_the_way) TRY(sys::remove_tree_at(to, name));
    if (!keep) TRY(sys::mkdirat(to, name, setter_.initial_mode(attributes.mode)));
    TRY(setter_.finish_name(to, name, sys::FileType::directory, attributes,
                            keep ? AttributeSetter::Made::before : AttributeSetter::Made::now));
    pending_.push_back({.path = path, .leaving = true, .time = attributes.mtime});
    pending_.push_back({.path = path});
    return {};
  }

  Result<> set_time(const Step& step) {
    return sys::utimensat(to_, or_dot(step.path), {.accessed = {}, .modified = step.time});
  }

  sys::BorrowedFd layer_;
  sys::BorrowedFd to_;
  AttributeSetter& setter_;
  std::vector<Step> pending_;
  std::unordered_map<std::uint64_t, std::string> links_;  // the first name of a file with several
};

}  // namespace

Result<> copy_node(const LowerLayers::Found& from, sys::BorrowedFd to, const std::string& name,
                   AttributeSetter& setter) {
  const auto attributes = TRY(read_attributes(from.parent, from.name, from.status));
  switch (from.status.type) {
    case sys::FileType::regular:
      return copy_content(from, to, name, attributes, setter);
    case sys::FileType::symlink: {
      const auto target = TRY(sys::readlinkat(from.parent, from.name));
      TRY(sys::symlinkat(target, to, name));
      break;
    }
    default:
      TRY(sys::mknodat(to, name, from.status.type, setter.initial_mode(attributes.mode),
                       from.status.special_device));
  }
  return setter.finish_name(to, name, from.status.type, attributes, AttributeSetter::Made::now);
}

Result<> overlay_tree(sys::BorrowedFd layer, sys::BorrowedFd to, AttributeSetter& setter) {
  return LayerCopy(layer, to, setter).run();
}

}  // namespace corten::snapshot
