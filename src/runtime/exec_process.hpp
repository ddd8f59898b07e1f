#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "oci/runtime_spec/process.hpp"

/// The process of `exec` when no document describes it: the container's own, changed by flags as runc does
/// it.
namespace corten::runtime {

struct UserIds {
  std::uint32_t uid = 0;
  std::optional<std::uint32_t> gid{};

  bool operator==(const UserIds&) const = default;
};

/// "1000" or "1000:100": numbers, since the names in a container's files are its own.
Result<UserIds> parse_user(std::string_view text);

/// Absent is "as the container's process".
struct ProcessChanges {
  std::vector<std::string> args{};
  std::optional<std::string> cwd{};
  std::vector<std::string> env{};  ///< "NAME=value"; goes over a variable of that name.
  std::optional<UserIds> user{};
  std::vector<std::uint32_t> additional_gids{};  ///< Besides those of the container's process.
  std::vector<std::string> capabilities{};       ///< Besides those; "CAP_NET_ADMIN", or "net_admin".
  std::optional<std::string> apparmor_profile{};
  std::optional<std::string> selinux_label{};
  bool terminal = false;
  bool no_new_privileges = false;  ///< True adds it; what the container has is not taken back.
};

/// invalid_argument without arguments. Added capabilities are not inheritable: CVE-2022-29162.
Result<oci::Process> process_for_exec(const oci::Process& container, const ProcessChanges& changes);

}  // namespace corten::runtime
