#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/json_value.hpp"
#include "base/timestamp.hpp"
#include "oci/runtime_spec/state.hpp"
#include "sys/pid_identity.hpp"

namespace corten::runtime {

/// What is known of a container between commands: ROOT/ID/state.json. The spec it was made from lies beside
/// it.
struct ContainerRecord {
  std::string id;
  std::string oci_version;
  std::string bundle;
  std::string rootfs;
  std::map<std::string, std::string> annotations{};
  std::string owner{};  ///< Name of the user who made it, or the number.
  Timestamp created{};
  sys::PidIdentity process{};  ///< pid 0: none yet.
  JsonValue cgroup{};          ///< The cgroup module's own record; empty for none.
  bool cgroup_made = false;    ///< Until then `cgroup` is where it will be, and what is there is not ours.
  bool created_whole = false;  ///< `create` is done: until then the container is being made.
  bool own_pid_namespace = false;
  bool new_keyring = true;     ///< False after --no-new-keyring: exec joins none either.
  bool has_poststart = false;  ///< So that `start` need not read the spec.
  bool has_poststop = false;

  bool operator==(const ContainerRecord&) const = default;
};

std::string to_json_text(const ContainerRecord& record);
/// data_loss for a damaged one.
Result<ContainerRecord> parse_record(std::string_view text);

/// What hooks read.
oci::State to_state(const ContainerRecord& record, oci::ContainerStatus status);
/// What `state` prints: the same with rootfs, created and owner in `extra`, as runc prints them.
oci::State to_full_state(const ContainerRecord& record, oci::ContainerStatus status);

}  // namespace corten::runtime
