#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::cgroup {

/// A directory of a cgroup file system: a descriptor for the work, a path for the messages. Every error names
/// the file, the value and the kernel's answer; refusals that users meet have a hint.
class Directory {
 public:
  /// An existing directory.
  static Result<Directory> open(const std::string& path);
  /// `below` a mount point, never leading out of it; not_found when it is not there.
  Result<Directory> open_below(const std::string& below) const;
  /// Whether the child had to be made.
  Result<bool> make_child(const std::string& name) const;
  /// A child, made if it is not there.
  Result<Directory> ensure_child(const std::string& name) const;

  const sys::UniqueFd& fd() const { return fd_; }
  const std::string& path() const { return path_; }

  bool has(sys::PathArg file) const;
  /// Without white space at its ends.
  Result<std::string> read(sys::PathArg file) const;
  /// Nothing when there is no such file, or the kernel has nothing to say (EOPNOTSUPP).
  Result<std::optional<std::string>> find(sys::PathArg file) const;
  /// Empty where find() gives nothing.
  Result<std::string> find_text(sys::PathArg file) const;
  /// One number; "max" is the largest. Nothing as with find().
  Result<std::optional<std::uint64_t>> find_number(sys::PathArg file) const;
  /// "key number" lines. Nothing when there is no such file or no such key.
  Result<std::optional<std::uint64_t>> find_keyed(sys::PathArg file, std::string_view key) const;

  /// One write(2), as the kernel parses each one by itself.
  Result<> write(sys::PathArg file, std::string_view value) const;
  /// The same for several values in turn.
  Result<> write_each(sys::PathArg file, const std::vector<std::string>& values) const;
  Result<sys::UniqueFd> open_for_writing(sys::PathArg file) const;

  /// Names of the cgroups below, sorted.
  Result<std::vector<std::string>> children() const;

 private:
  Directory(sys::UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  sys::UniqueFd fd_;
  std::string path_;
};

/// The number in one word of a control file; "max" is the largest.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace corten::cgroup
