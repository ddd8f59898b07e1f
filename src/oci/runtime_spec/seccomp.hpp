#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"
#include "oci/enum_names.hpp"

// "linux.seccomp" of runtime-spec config-linux.md. Docker's profile files are of a larger form of their own.
namespace corten::oci {

/// What the filter answers, in the names of libseccomp: "SCMP_ACT_ERRNO".
enum class SeccompAction : std::uint8_t {
  kill,
  kill_process,
  kill_thread,
  trap,
  return_errno,
  trace,
  allow,
  log,
  notify
};
std::span<const std::string_view> names_of(SeccompAction);

/// How an argument is compared: "SCMP_CMP_EQ".
enum class SeccompOperator : std::uint8_t { ne, lt, le, eq, ge, gt, masked_eq };
std::span<const std::string_view> names_of(SeccompOperator);

struct SeccompArg {
  std::uint32_t index = 0;  ///< 0 to 5.
  std::uint64_t value = 0;
  std::uint64_t value_two = 0;
  SeccompOperator op = SeccompOperator::ne;
  JsonValue extra{};

  bool operator==(const SeccompArg&) const = default;
};

struct SeccompSyscall {
  std::vector<std::string> names;
  SeccompAction action = SeccompAction::kill;
  std::optional<std::uint32_t> errno_ret{};
  std::vector<SeccompArg> args{};
  JsonValue extra{};

  bool operator==(const SeccompSyscall&) const = default;
};

struct Seccomp {
  SeccompAction default_action = SeccompAction::kill;
  std::optional<std::uint32_t> default_errno_ret{};
  std::vector<std::string> architectures{};  ///< "SCMP_ARCH_X86_64"
  std::vector<std::string> flags{};          ///< "SECCOMP_FILTER_FLAG_LOG"
  std::string listener_path{};
  std::string listener_metadata{};
  std::vector<SeccompSyscall> syscalls{};
  JsonValue extra{};

  bool operator==(const Seccomp&) const = default;
};

Result<> read_json(const JsonView& view, Seccomp& out);
Json to_json(const Seccomp& seccomp);

}  // namespace corten::oci
