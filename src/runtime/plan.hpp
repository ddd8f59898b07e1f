#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "oci/runtime_spec/spec.hpp"
#include "oci/runtime_spec/state.hpp"

namespace corten::runtime {

/// What the helper is to make.
enum class InitKind : std::uint8_t {
  container,  ///< The container's own process, of a bundle: waits for `start`.
  exec,       ///< One more process in a container that runs: executes at once.
};

/// Everything that the init helper needs to know, decided by the command: the helper opens no file of the
/// bundle but those named here. As JSON in a sealed memfd (plan.cpp); descriptors are named by their place in
/// the message that carries it.
struct InitPlan {
  InitKind kind = InitKind::container;
  oci::Spec spec;         ///< Checked by validate(). For exec: `process` is the process to start.
  oci::State state;       ///< What hooks that run in the container read; pid is filled in by the helper.
  std::string bundle;     ///< Absolute.
  std::string rootfs;     ///< Absolute.
  bool no_pivot = false;  ///< MS_MOVE and chroot instead: for a root on the initial ramfs.
  bool new_keyring = true;
  bool rootless = false;           ///< No privilege over the host: device nodes are bind mounts, and so on.
  std::uint32_t preserve_fds = 0;  ///< Descriptors 3 to 3 + n - 1 are passed on.

  /// Places in the message's descriptors; absent if there is none.
  std::optional<std::uint32_t> start_listener;  ///< Listening socket that `start` connects to.
  std::optional<std::uint32_t> seccomp_filter;  ///< memfd with the BPF program.
  std::uint32_t seccomp_flags = 0;              ///< SECCOMP_FILTER_FLAG_*.
  std::vector<std::uint32_t> cgroup_files;      ///< To write "0" to, before namespaces are unshared.
  /// For exec: the container's process, whose namespaces are joined. A pidfd or its directory in /proc.
  std::optional<std::uint32_t> init_process;

  /// Asked for by a flag: an error when the host does not give them. The others are left out with a warning
  /// (runtime-spec 1.2, config.md, "Linux Process").
  std::vector<std::string> required_capabilities;

  bool operator==(const InitPlan&) const = default;
};

/// How the helper is started: argv is {"corten-init", N}, and N, in decimal, is the descriptor of its end of
/// the channel. It is the first behind those that are passed on: 3 + preserve_fds.
inline constexpr std::string_view kInitProgramName = "corten-init";

std::string to_json_text(const InitPlan& plan);
Result<InitPlan> parse_plan(std::string_view text);

}  // namespace corten::runtime
