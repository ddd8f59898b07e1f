#pragma once

#include "seccomp/compile.hpp"
#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::seccomp {

/// Compiled programs in a directory, so that only the first start with a profile pays for libseccomp.
///
/// An entry's name is the sha256 of everything that the program follows from: the canonical profile, the
/// version of our compiler, the kernel's release and machine. Its content is checked by a digest, and that
/// libseccomp is still the same file. What is damaged, foreign or outdated is compiled again. Processes may
/// share a directory: entries appear whole, by rename.
///
/// A filter is what keeps a container in, so the directory must be nobody else's.
class FilterCache {
 public:
  /// Makes the directory (0700; its parent must be there) or takes one that is ours: permission_denied when
  /// another user owns it or somebody else may enter it, failed_precondition for a symlink or a file.
  static Result<FilterCache> open(sys::BorrowedFd parent, sys::PathArg name);

  /// As compile(). A cache that cannot be read or written costs time and is no error.
  Result<Filter> compile(const oci::Seccomp& profile) const;

 private:
  explicit FilterCache(sys::UniqueFd dir) : dir_(std::move(dir)) {}

  sys::UniqueFd dir_;
};

}  // namespace corten::seccomp
