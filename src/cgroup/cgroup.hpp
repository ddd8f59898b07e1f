#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cgroup/device_rules.hpp"
#include "cgroup/directory.hpp"
#include "cgroup/hierarchy.hpp"
#include "cgroup/location.hpp"
#include "cgroup/stats.hpp"
#include "oci/runtime_spec/resources.hpp"

namespace corten::cgroup {

enum class Privilege : std::uint8_t {
  full,     ///< Root of the host: what cannot be made is an error.
  limited,  ///< Rootless: a hierarchy that we may not write is left out, and an error only if it is needed.
};

struct CreateOptions {
  std::string cgroups_path{};  ///< linux.cgroupsPath, see cgroup/path.hpp.
  std::string id{};
  Privilege privilege = Privilege::full;
  /// What apply() will be called with: decides which v2 controllers a hybrid host must give.
  const oci::Resources* resources = nullptr;
};

/// With --systemd-cgroup: systemd makes the cgroup and moves a first process into it.
struct SystemdOptions {
  SystemdManager manager = SystemdManager::system;
  pid_t first_process = 0;
};

enum class Applied : std::uint8_t {
  at_creation,  ///< Device rules too.
  as_update,    ///< Device rules only if there are any.
};

/// How the container's process enters. Writing "0" moves the writer itself: a process that moves another one
/// waits a whole RCU grace period in each hierarchy (8 to 14 ms in all). v1 spares a single thread that moves
/// itself through `tasks` this wait; v2 spares it at CLONE_INTO_CGROUP (kernel 5.7).
struct AttachFiles {
  std::vector<sys::UniqueFd> v1;                ///< `tasks`, open for writing.
  std::optional<sys::UniqueFd> v2;              ///< `cgroup.procs`, open for writing.
  std::optional<sys::UniqueFd> v2_directory{};  ///< For CLONE_INTO_CGROUP, instead of v2.
};

/// The cgroup of one container: a directory in each hierarchy that the container uses. On a v1 or hybrid host
/// those are all mounted v1 hierarchies; v2 beside them is used when a limit needs it. On a v2 host it is one
/// directory. It may also be nowhere, for a rootless container without delegation: then there is nothing to
/// limit, freeze or count.
///
/// Holds descriptors, and every path is resolved below the mount of its hierarchy. Errors name the file, the
/// value and the kernel's answer. One thread.
class Cgroup {
 public:
  /// Makes the directories, with the controllers enabled down to them on v2 and cpusets filled on v1. A
  /// cgroup that is there and has no process is taken; one with processes is failed_precondition. On failure
  /// nothing new is left.
  static Result<Cgroup> create(const Host& host, const CreateOptions& options);

  /// Where create() will make it, also in hierarchies that it may then leave out. To be written down first:
  /// whoever dies while it is made leaves nothing that nobody knows of.
  static Result<Location> plan(const Host& host, const CreateOptions& options);
  static Result<Location> plan_by_systemd(const Host& host, const CreateOptions& options,
                                          SystemdManager manager);

  /// As create(), by systemd: a transient scope (or slice) with the limits as its properties, so that systemd
  /// keeps them when it reloads. `unsupported` without libsystemd or a bus.
  static Result<Cgroup> create_by_systemd(const Host& host, const CreateOptions& options,
                                          const SystemdOptions& systemd);

  /// A cgroup made before. Parts that are gone are left out: a cgroup that has vanished can be removed again.
  static Result<Cgroup> open(const Location& location);

  const Location& location() const { return location_; }

  /// Limits and device rules. A limit whose controller is missing is `unsupported` or permission_denied; one
  /// of "no limit" is not asked for.
  Result<> apply(const oci::Resources& resources, Applied when);

  /// Hands a v2 cgroup to a user (cgroups(7), "delegation"): who may then make cgroups below it and move its
  /// processes between them, but not change its limits. Nothing on v1, where that is not safe, and where we
  /// may not although that was to be expected (Privilege::limited).
  Result<> give_to(std::uint32_t owner);

  /// Of the cgroup itself or one below it ("a/b"), which must exist. On v2 nobody may enter a cgroup that
  /// gives controllers to its children (cgroups(7), "no internal processes"): then the one of the process
  /// `beside`, where that is below.
  Result<AttachFiles> open_attach_files(const std::string& below = "", pid_t beside = 0) const;

  /// Waits until every process stands still, or runs again. Bounded: `unavailable` when they do not. Without
  /// a freezer `unsupported`.
  Result<> freeze();
  Result<> thaw();
  Result<bool> is_frozen() const;

  /// Of the whole tree, sorted, in the numbers of our pid namespace.
  Result<std::vector<pid_t>> pids() const;

  /// Sends a signal to every process of the tree; those that fork meanwhile may escape, except from SIGKILL:
  /// cgroup.kill (kernel 5.14) or a frozen tree lets none. Returns when SIGKILL has left nobody, or
  /// `unavailable` after some ten seconds.
  Result<> kill(int signal);

  Result<Stats> stats() const;

  /// How many processes the kernel killed for want of memory; nothing without the memory controller.
  Result<std::optional<std::uint64_t>> oom_kills() const;

  /// Removes the directories and those below. Waits a bounded time for processes that are just ending;
  /// failed_precondition (EBUSY) when they do not.
  Result<> destroy();

 private:
  struct Part {
    Directory mount;
    Directory dir;
    std::size_t place = 0;  // in location_.places
    bool is_new = false;    // made by us just now
  };

  static Location locate(const Host& host, const CreateOptions& options, const CgroupPath& path);
  static Result<Cgroup> make(const Host& host, const CreateOptions& options, const CgroupPath& path);
  void remove_new() noexcept;
  Result<> refuse_occupied() const;
  Result<> remove_part(const Part& part) const;
  Result<std::string> find_v2_entrance(const Part& part, pid_t beside) const;

  const Hierarchy& hierarchy_of(const Part& part) const { return location_.places[part.place].hierarchy; }
  /// The directory in the v1 hierarchy of a controller; null if it is not there.
  const Directory* find_v1(std::string_view controller) const;
  const Directory* find_v2() const;
  /// Where processes are looked for: v2, else the freezer, else anything; null if there is nothing.
  const Directory* find_processes() const;

  Result<> apply_devices(const oci::Resources& resources);
  Result<> apply_device_program(const Directory& dir, std::span<const DeviceEntry> rules);
  std::unexpected<Error> missing_controller(std::string_view controller, std::string_view field) const;
  Result<> signal_all(int signal) const;
  Result<> kill_frozen();

  Location location_;
  std::vector<Part> parts_;  // location_.places without those that are gone
  Privilege privilege_ = Privilege::full;
  Layout layout_ = Layout::none;
  std::string refusal_;  // why hierarchies were left out, for those who ask for a limit
};

}  // namespace corten::cgroup
