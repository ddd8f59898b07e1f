#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"
#include "oci/enum_names.hpp"

namespace corten::oci {

/// runtime-spec runtime.md, "State": what a container's process is doing.
enum class ContainerStatus : std::uint8_t { creating, created, running, stopped, paused };
std::span<const std::string_view> names_of(ContainerStatus);

/// What `state ID` prints and hooks read on stdin. "paused" is no status of the specification, but every
/// runtime that can pause prints it.
struct State {
  std::string oci_version;
  std::string id;
  ContainerStatus status = ContainerStatus::creating;
  std::int32_t pid = 0;  ///< On the host; 0 if there is no process.
  std::string bundle;
  std::map<std::string, std::string> annotations{};
  JsonValue extra{};  ///< Here runtimes add rootfs, created and owner.

  bool operator==(const State&) const = default;
};

Result<> read_json(const JsonView& view, State& out);
Json to_json(const State& state);
Result<State> parse_state(std::string_view text);

/// What goes to a seccomp listener with the descriptors: runtime-spec config-linux.md, "Container Process
/// State".
struct ContainerProcessState {
  std::string oci_version;
  std::vector<std::string> fds{};  ///< The name of each descriptor sent: "seccompFd".
  std::int32_t pid = 0;
  std::string metadata{};
  State state{};
  JsonValue extra{};

  bool operator==(const ContainerProcessState&) const = default;
};

Result<> read_json(const JsonView& view, ContainerProcessState& out);
Json to_json(const ContainerProcessState& state);

}  // namespace corten::oci
