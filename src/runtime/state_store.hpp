#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/runtime_spec/spec.hpp"
#include "runtime/container_id.hpp"
#include "runtime/record.hpp"
#include "sys/fd.hpp"
#include "sys/lock.hpp"

/// The directory of containers. Each has one of its own, ROOT/ID:
///
///   lock         held by whoever changes the container; nobody waits for it to read
///   state.json   the record, replaced as a whole
///   config.json  the bundle's, as it was read at `create`
///   start.sock   where the container's process waits for `start`; gone once it was started
namespace corten::runtime {

inline constexpr const char* kStartSocket = "start.sock";

class ContainerDirectory {
 public:
  const std::string& id() const { return id_; }
  const sys::UniqueFd& fd() const { return fd_; }
  std::string path(const std::string& name) const { return path_ + "/" + name; }

  /// not_found when the container was being made by a command that died before it wrote one.
  Result<ContainerRecord> load() const;
  Result<> save(const ContainerRecord& record) const;
  Result<> save_config(std::string_view text) const;
  Result<oci::Spec> load_config() const;

  /// Waits until no other command changes the container.
  Result<sys::FileLock> lock() const;
  /// Nothing while another command changes it.
  Result<std::optional<sys::FileLock>> try_lock() const;

  /// True until the container was started.
  bool waits_for_start() const;
  Result<> remove_start_socket() const;

  /// Removes it with everything in it. The caller holds the lock.
  Result<> remove() const;

 private:
  friend class StateStore;
  ContainerDirectory(sys::UniqueFd parent, sys::UniqueFd fd, std::string path, std::string id)
      : parent_(std::move(parent)), fd_(std::move(fd)), path_(std::move(path)), id_(std::move(id)) {}

  sys::UniqueFd parent_;
  sys::UniqueFd fd_;
  std::string path_;
  std::string id_;
};

class StateStore {
 public:
  explicit StateStore(std::string root) : root_(std::move(root)) {}

  /// A new directory; already_exists for an id that is taken.
  Result<ContainerDirectory> create(const ContainerId& id) const;
  /// not_found: "container 'x' does not exist".
  Result<ContainerDirectory> open(const ContainerId& id) const;
  /// Sorted; empty where nothing was made yet.
  Result<std::vector<ContainerId>> list() const;

 private:
  std::string root_;
};

}  // namespace corten::runtime
