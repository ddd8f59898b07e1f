#pragma once

#include <string_view>

#include "sys/fd.hpp"
#include "sys/path_arg.hpp"

namespace corten::sys {

/// The procfs of where this program was started, kept as a descriptor: what a container has mounted on its
/// /proc, or made its /proc a link to, cannot redirect what goes through it (CVE-2019-19921, CVE-2025-52881).
/// It must be opened before a foreign mount namespace or root is entered, and serves afterwards too: it shows
/// us under the number that we have in its pid namespace.
class Procfs {
 public:
  /// failed_precondition when /proc is not the root of a procfs.
  static Result<Procfs> open();

  /// A file below our own directory: "attr/exec", "oom_score_adj". Not through anything that was mounted over
  /// it: failed_precondition (EXDEV).
  Result<UniqueFd> open_self(PathArg path, int flags) const;

  /// A file below the root of it: "sys/kernel/hostname". As above.
  Result<UniqueFd> open(PathArg path, int flags) const;

  /// One write(2) into such a file, which must take all of it.
  Result<> write_self(PathArg path, std::string_view text) const;
  Result<> write(PathArg path, std::string_view text) const;

  const UniqueFd& fd() const { return root_; }

 private:
  explicit Procfs(UniqueFd root) : root_(std::move(root)) {}
  UniqueFd root_;
};

}  // namespace corten::sys
