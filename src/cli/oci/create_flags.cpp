#include "cli/oci/create_flags.hpp"

namespace corten::cli {

Result<runtime::CreateOptions> create_options(const CreateFlags& flags) {
  auto id = TRY(runtime::ContainerId::parse(flags.id));
  return runtime::CreateOptions{
      .id = std::move(id),
      .bundle = flags.bundle,
      .config = flags.config,
      .console_socket = flags.console_socket,
      .pid_file = flags.pid_file,
      .pidfd_socket = flags.pidfd_socket,
      .preserve_fds = flags.preserve_fds,
      .no_pivot = flags.no_pivot,
      .no_new_keyring = flags.no_new_keyring,
  };
}

}  // namespace corten::cli
