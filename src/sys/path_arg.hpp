#pragma once

#include <string>
#include <string_view>

namespace corten::sys {

/// A path on its way to the kernel, borrowed for one call.
///
/// A std::string may hold a NUL; the kernel would stop there and act on another file than the one that was
/// checked. Such a path becomes the empty path, which every system call answers with ENOENT: no file can have
/// that name.
class PathArg {
 public:
  PathArg(const char* path) : shown_(path), path_(path) {}
  PathArg(const std::string& path)
      : shown_(path), path_(path.find('\0') == std::string::npos ? path.c_str() : "") {}

  const char* c_str() const { return path_; }
  std::string_view view() const { return path_; }
  /// As given, for messages.
  std::string_view shown() const { return shown_; }

 private:
  std::string_view shown_;
  const char* path_;
};

}  // namespace corten::sys
