#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "cli/binding.hpp"
#include "cli/command.hpp"
#include "runtime/create.hpp"

/// The flags that `create` and `run` have in common.
namespace corten::cli {

struct CreateFlags {
  std::string id;
  std::string bundle;
  std::string config = "config.json";
  std::string console_socket;
  std::string pid_file;
  std::string pidfd_socket;
  std::uint32_t preserve_fds = 0;
  bool no_pivot = false;
  bool no_new_keyring = false;
  // Of `run` alone.
  bool detach = false;
  bool keep = false;
  bool no_subreaper = false;
};

/// invalid_argument for an id that cannot be.
Result<runtime::CreateOptions> create_options(const CreateFlags& flags);

constexpr auto create_flags() {
  return std::array{
      Flag{.name = "bundle",
           .letter = 'b',
           .value = "DIR",
           .help = "Directory with config.json and the root filesystem",
           .bind = bind<&CreateFlags::bundle>(),
           .default_text = "the current one",
           .complete = Completion::directory},
      Flag{.name = "config",
           .letter = 'f',
           .value = "FILE",
           .help = "Name of the configuration in the bundle",
           .bind = bind<&CreateFlags::config>(),
           .default_text = "config.json"},
      Flag{.name = "console-socket",
           .value = "SOCKET",
           .help = "Send the terminal of the container to this listening socket",
           .bind = bind<&CreateFlags::console_socket>(),
           .complete = Completion::file},
      Flag{.name = "pid-file",
           .value = "FILE",
           .help = "Write the number of the container's process to this file",
           .bind = bind<&CreateFlags::pid_file>(),
           .complete = Completion::file},
      Flag{.name = "pidfd-socket",
           .value = "SOCKET",
           .help = "Send a pidfd of the process to this listening socket",
           .bind = bind<&CreateFlags::pidfd_socket>(),
           .complete = Completion::file},
      Flag{.name = "preserve-fds",
           .value = "N",
           .help = "Pass on N descriptors besides the standard streams",
           .bind = bind<&CreateFlags::preserve_fds>(),
           .default_text = "0"},
      Flag{.name = "no-pivot",
           .help = "Enter the root by chroot, for a host whose own root is an initramfs",
           .bind = bind<&CreateFlags::no_pivot>()},
      Flag{.name = "no-new-keyring",
           .help = "Share the session keyring of the caller with the container",
           .bind = bind<&CreateFlags::no_new_keyring>()},
  };
}

}  // namespace corten::cli
