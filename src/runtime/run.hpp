#pragma once

#include "base/result.hpp"
#include "runtime/create.hpp"

namespace corten::runtime {

struct RunOptions {
  CreateOptions create;
  bool detach = false;        ///< Return when the program runs.
  bool keep = false;          ///< Leave the record when it has ended, for `delete`.
  bool no_subreaper = false;  ///< Orphans of the container go to the host's init, not to this process.
};

/// create() and start(); then, unless detached, waits in the foreground: signals are passed on, a terminal is
/// relayed, the container is deleted. The value is the program's exit status, 128 + n for signal n; 0 when
/// detached.
Result<int> run(const Settings& settings, const RunOptions& options);

}  // namespace corten::runtime
