#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "runtime/container_id.hpp"
#include "runtime/settings.hpp"

namespace corten::runtime {

struct CreateOptions {
  ContainerId id;
  std::string bundle = {};             ///< Directory; empty for the current one.
  std::string config = "config.json";  ///< Its name in the bundle.
  std::string console_socket = {};     ///< Where the terminal is sent to; empty for none.
  std::string pid_file = {};           ///< Gets the process number, written as a whole; empty for none.
  std::string pidfd_socket = {};       ///< Where a pidfd of the process is sent to; empty for none.
  std::uint32_t preserve_fds = 0;      ///< Descriptors 3 to 3 + n - 1 are passed on.
  bool no_pivot = false;               ///< MS_MOVE and chroot: for a root on the initial ramfs.
  bool no_new_keyring = false;         ///< The container shares the session keyring of the caller.
};

/// runtime-spec runtime.md, "Create": everything up to the program, which waits for start(). A failure leaves
/// nothing behind: no record, cgroup, mount, process.
Result<> create(const Settings& settings, const CreateOptions& options);

}  // namespace corten::runtime
