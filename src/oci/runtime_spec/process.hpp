#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_view.hpp"

// The member "process" of runtime-spec config.md, and "Linux Process" of it. Names such as capabilities and
// rlimits stay texts: what the kernel here knows of them is for the runtime to say.
namespace corten::oci {

/// The size of a terminal in characters.
struct ConsoleSize {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  JsonValue extra{};

  bool operator==(const ConsoleSize&) const = default;
};

/// Who the process is, in the container's user namespace.
struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::optional<std::uint32_t> umask{};
  std::vector<std::uint32_t> additional_gids{};
  JsonValue extra{};

  bool operator==(const User&) const = default;
};

/// The five capability sets; names as "CAP_NET_ADMIN".
struct Capabilities {
  std::vector<std::string> bounding{};
  std::vector<std::string> effective{};
  std::vector<std::string> inheritable{};
  std::vector<std::string> permitted{};
  std::vector<std::string> ambient{};
  JsonValue extra{};

  bool operator==(const Capabilities&) const = default;
};

/// One setrlimit(2): "RLIMIT_NOFILE".
struct Rlimit {
  std::string type;
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  JsonValue extra{};

  bool operator==(const Rlimit&) const = default;
};

/// sched_setattr(2); times in nanoseconds.
struct Scheduler {
  std::string policy;  ///< "SCHED_FIFO"
  std::int32_t nice = 0;
  std::int32_t priority = 0;
  std::vector<std::string> flags{};  ///< "SCHED_FLAG_RESET_ON_FORK"
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
  JsonValue extra{};

  bool operator==(const Scheduler&) const = default;
};

/// ioprio_set(2): "IOPRIO_CLASS_BE" and a level from 0 to 7.
struct IoPriority {
  std::string io_class;
  std::int32_t priority = 0;
  JsonValue extra{};

  bool operator==(const IoPriority&) const = default;
};

/// CPU lists ("0-3,7") for a process that joins the container, before and after it enters the cgroup.
struct ExecCpuAffinity {
  std::string initial{};
  std::string final{};
  JsonValue extra{};

  bool operator==(const ExecCpuAffinity&) const = default;
};

/// The process to start. `exec` reads a file of the same form.
struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size{};
  User user{};
  std::vector<std::string> args{};
  std::vector<std::string> env{};
  std::string cwd;
  std::optional<Capabilities> capabilities{};
  std::vector<Rlimit> rlimits{};
  bool no_new_privileges = false;
  std::string apparmor_profile{};
  std::optional<std::int32_t> oom_score_adj{};
  std::optional<Scheduler> scheduler{};
  std::string selinux_label{};
  std::optional<IoPriority> io_priority{};
  std::optional<ExecCpuAffinity> exec_cpu_affinity{};
  JsonValue extra{};

  bool operator==(const Process&) const = default;
};

Result<> read_json(const JsonView& view, Process& out);
Json to_json(const Process& process);

}  // namespace corten::oci
