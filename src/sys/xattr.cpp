#include "sys/xattr.hpp"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/strings.hpp"
#include "sys/file.hpp"

namespace corten::sys {

namespace {

// Kernel 6.13; the numbers are the same on every architecture but alpha. Headers of Debian 12 lack them.
constexpr long kSetxattrat = 463;
constexpr long kGetxattrat = 464;
constexpr long kListxattrat = 465;
constexpr long kRemovexattrat = 466;

struct XattrArgs {
  alignas(8) std::uint64_t value;
  std::uint32_t size;
  std::uint32_t flags;
};

XattrArgs args_for(const void* value, std::size_t size) {
  return {
      .value = reinterpret_cast<std::uintptr_t>(value), .size = static_cast<std::uint32_t>(size), .flags = 0};
}

// One file, by whichever door is open. Each call is the system call of that name: -1 and errno on failure.
class Target {
 public:
  explicit Target(BorrowedFd fd) : dir_(fd.get()), link_(proc_path(fd)) {}

  static Result<Target> of_name(BorrowedFd dir, PathArg name, const Kernel& kernel) {
    if (kernel.xattrat) {
      Target target(dir);
      target.name_ = name.c_str();
      target.shown_ = name.shown();
      // A listing of size 0 changes nothing and says whether the call exists.
      if (target.list(nullptr, 0) >= 0 || (errno != ENOSYS && errno != EPERM)) return target;
    }
    auto fd = TRY(openat(dir, name, O_PATH | O_NOFOLLOW));
    Target target(fd);
    target.owned_ = std::move(fd);
    target.shown_ = name.shown();
    return target;
  }

  std::string what() const {
    return shown_.empty() ? fmt::format("descriptor {}", dir_) : fmt::format("'{}'", shown_);
  }

  ssize_t list(char* buffer, std::size_t size) const {
    if (name_ != nullptr) return ::syscall(kListxattrat, dir_, name_, AT_SYMLINK_NOFOLLOW, buffer, size);
    // The magic link leads to the very object, a symlink too.
    return ::listxattr(link_.c_str(), buffer, size);
  }
  ssize_t get(const char* attribute, char* buffer, std::size_t size) const {
    if (name_ != nullptr) {
      auto args = args_for(buffer, size);
      return ::syscall(kGetxattrat, dir_, name_, AT_SYMLINK_NOFOLLOW, attribute, &args, sizeof args);
    }
    return ::getxattr(link_.c_str(), attribute, buffer, size);
  }
  ssize_t set(const char* attribute, Bytes value) const {
    if (name_ != nullptr) {
      auto args = args_for(value.data(), value.size());
      return ::syscall(kSetxattrat, dir_, name_, AT_SYMLINK_NOFOLLOW, attribute, &args, sizeof args);
    }
    return ::setxattr(link_.c_str(), attribute, value.data(), value.size(), 0);
  }
  ssize_t remove(const char* attribute) const {
    if (name_ != nullptr) return ::syscall(kRemovexattrat, dir_, name_, AT_SYMLINK_NOFOLLOW, attribute);
    return ::removexattr(link_.c_str(), attribute);
  }

 private:
  int dir_;
  std::string link_;
  UniqueFd owned_;
  const char* name_ = nullptr;  // null: by link_
  std::string_view shown_;
};

// Asks for the size, then for the text, again if it grew meanwhile.
template <typename Call>
Result<std::string> read_growing(Call call) {
  while (true) {
    const auto size = call(nullptr, 0);
    if (size <= 0) {
      const int err = errno;
      if (size == 0) return std::string();
      return fail_errno(err, "reading extended attributes");
    }
    std::string text(static_cast<std::size_t>(size), '\0');
    const auto read = call(text.data(), text.size());
    if (read >= 0) {
      text.resize(static_cast<std::size_t>(read));
      return text;
    }
    const int err = errno;
    if (err != ERANGE) return fail_errno(err, "reading extended attributes");
  }
}

Result<std::vector<std::string>> list_of(const Target& target) {
  auto text = read_growing([&](char* buffer, std::size_t size) { return target.list(buffer, size); });
  std::vector<std::string> names;
  if (!text) {
    if (text.error().errnum() == EOPNOTSUPP) return names;
    return with_frame(std::move(text).error(), "{}", target.what());
  }
  for (const auto name : split(*text, '\0')) {
    if (!name.empty()) names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

Result<std::optional<std::string>> find_in(const Target& target, PathArg attribute) {
  auto value = read_growing(
      [&](char* buffer, std::size_t size) { return target.get(attribute.c_str(), buffer, size); });
  if (value) return std::optional(std::move(*value));
  const int err = value.error().errnum();
  if (err == ENODATA || err == EOPNOTSUPP) return std::nullopt;
  return with_frame(std::move(value).error(), "attribute '{}' of {}", attribute.shown(), target.what());
}

Result<> set_on(const Target& target, PathArg attribute, Bytes value) {
  if (target.set(attribute.c_str(), value) == 0) return {};
  const int err = errno;
  return fail_errno(err, "setting attribute '{}' of {}", attribute.shown(), target.what());
}

Result<> remove_from(const Target& target, PathArg attribute) {
  if (target.remove(attribute.c_str()) == 0 || errno == ENODATA) return {};
  const int err = errno;
  return fail_errno(err, "removing attribute '{}' of {}", attribute.shown(), target.what());
}

}  // namespace

Result<std::vector<std::string>> list_xattrs(BorrowedFd fd) { return list_of(Target(fd)); }

Result<std::vector<std::string>> list_xattrs(BorrowedFd dir, PathArg name, const Kernel& kernel) {
  const auto target = TRY(Target::of_name(dir, name, kernel));
  return list_of(target);
}

Result<std::optional<std::string>> find_xattr(BorrowedFd fd, PathArg attribute) {
  return find_in(Target(fd), attribute);
}

Result<std::optional<std::string>> find_xattr(BorrowedFd dir, PathArg name, PathArg attribute,
                                              const Kernel& kernel) {
  const auto target = TRY(Target::of_name(dir, name, kernel));
  return find_in(target, attribute);
}

Result<> set_xattr(BorrowedFd fd, PathArg attribute, Bytes value) {
  return set_on(Target(fd), attribute, value);
}

Result<> set_xattr(BorrowedFd dir, PathArg name, PathArg attribute, Bytes value, const Kernel& kernel) {
  const auto target = TRY(Target::of_name(dir, name, kernel));
  return set_on(target, attribute, value);
}

Result<> remove_xattr(BorrowedFd fd, PathArg attribute) { return remove_from(Target(fd), attribute); }

Result<> remove_xattr(BorrowedFd dir, PathArg name, PathArg attribute, const Kernel& kernel) {
  const auto target = TRY(Target::of_name(dir, name, kernel));
  return remove_from(target, attribute);
}

}  // namespace corten::sys
