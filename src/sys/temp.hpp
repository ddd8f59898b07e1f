#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/names.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

/// A directory built beside its final place, then renamed to it; removed with everything in it when dropped
/// before that. Mode 0700 until then.
class TempDir {
 public:
  /// `prefix` starts the name, which gets random digits: leftovers of a killed process are found by it.
  static Result<TempDir> create(BorrowedFd parent, std::string_view prefix);

  TempDir(TempDir&&) noexcept = default;
  TempDir& operator=(TempDir&& other) noexcept;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  /// Open for reading; the base for what is made inside.
  const UniqueFd& fd() const { return fd_; }
  const std::string& name() const { return name_; }

  /// Gives it its name, which must not be taken unless `mode` says otherwise. On failure it is removed.
  Result<> persist(BorrowedFd parent, PathArg name, RenameMode mode = RenameMode::no_replace) &&;

  /// Removes it now and reports what went wrong.
  Result<> remove() &&;

 private:
  TempDir(UniqueFd parent, UniqueFd fd, std::string name)
      : parent_(std::move(parent)), fd_(std::move(fd)), name_(std::move(name)) {}
  void drop() noexcept;

  UniqueFd parent_;  // none once persisted, removed or moved from
  UniqueFd fd_;
  std::string name_;
};

/// A file without a name (O_TMPFILE), or with a random one where the file system knows no such files, that
/// gets its name when it is complete. Gone when dropped before that.
class TempFile {
 public:
  /// `mode` passes the umask; change it through fd().
  static Result<TempFile> create(BorrowedFd parent, std::string_view prefix, mode_t mode = 0600,
                                 const Kernel& kernel = {});

  TempFile(TempFile&&) noexcept = default;
  TempFile& operator=(TempFile&& other) noexcept;
  TempFile(const TempFile&) = delete;
  TempFile& operator=(const TempFile&) = delete;
  ~TempFile();

  /// Open for reading and writing.
  const UniqueFd& fd() const { return fd_; }

  /// Publishes it as `name` beside where it was made, closes the descriptor and reports what closing says.
  /// Flush before (fdatasync) if a crash matters. `exchange` is refused.
  Result<> persist(PathArg name, RenameMode mode) &&;

 private:
  TempFile(UniqueFd parent, UniqueFd fd, std::string name, std::string prefix)
      : parent_(std::move(parent)), fd_(std::move(fd)), name_(std::move(name)), prefix_(std::move(prefix)) {}
  void drop() noexcept;

  UniqueFd parent_;
  UniqueFd fd_;
  std::string name_;  // empty: the file has no name yet
  std::string prefix_;
};

}  // namespace corten::sys
