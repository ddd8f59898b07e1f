#include "runtime/init/namespaces.hpp"

#include <fcntl.h>
#include <sched.h>

#include "sys/file.hpp"

// linux/time_namespace(7), kernel 5.6; <sched.h> of glibc 2.36 has it, older ones do not.
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace corten::runtime {
namespace {

// Its name in /proc/PID/ns.
const char* file_of(oci::NamespaceType type) {
  switch (type) {
    case oci::NamespaceType::pid:
      return "pid";
    case oci::NamespaceType::network:
      return "net";
    case oci::NamespaceType::mount:
      return "mnt";
    case oci::NamespaceType::ipc:
      return "ipc";
    case oci::NamespaceType::uts:
      return "uts";
    case oci::NamespaceType::user:
      return "user";
    case oci::NamespaceType::cgroup:
      return "cgroup";
    case oci::NamespaceType::time:
      return "time";
  }
  return "";
}

}  // namespace

int namespace_flag(oci::NamespaceType type) {
  switch (type) {
    case oci::NamespaceType::pid:
      return CLONE_NEWPID;
    case oci::NamespaceType::network:
      return CLONE_NEWNET;
    case oci::NamespaceType::mount:
      return CLONE_NEWNS;
    case oci::NamespaceType::ipc:
      return CLONE_NEWIPC;
    case oci::NamespaceType::uts:
      return CLONE_NEWUTS;
    case oci::NamespaceType::user:
      return CLONE_NEWUSER;
    case oci::NamespaceType::cgroup:
      return CLONE_NEWCGROUP;
    case oci::NamespaceType::time:
      return CLONE_NEWTIME;
  }
  return 0;
}

Result<std::vector<JoinedNamespace>> open_joined_namespaces(const oci::Linux& linux_part) {
  std::vector<JoinedNamespace> joined;
  for (const auto& entry : linux_part.namespaces) {
    if (entry.path.empty()) continue;
    auto fd =
        TRY_CTX(sys::open(entry.path, O_RDONLY), "joining the {} namespace", oci::to_string(entry.type));
    joined.push_back({.type = entry.type, .fd = std::move(fd)});
  }
  return joined;
}

Result<std::vector<JoinedNamespace>> open_namespaces_of(sys::BorrowedFd process_directory,
                                                        const oci::Linux& linux_part) {
  std::vector<JoinedNamespace> joined;
  for (const auto& entry : linux_part.namespaces) {
    auto fd = TRY_CTX(sys::openat(process_directory, std::string("ns/") + file_of(entry.type), O_RDONLY),
                      "joining the {} namespace of the container", oci::to_string(entry.type));
    joined.push_back({.type = entry.type, .fd = std::move(fd)});
  }
  return joined;
}

int flags_of_new_namespaces(const oci::Linux& linux_part) {
  int flags = 0;
  for (const auto& entry : linux_part.namespaces) {
    if (entry.path.empty()) flags |= namespace_flag(entry.type);
  }
  return flags & ~(CLONE_NEWUSER | CLONE_NEWCGROUP);
}

bool makes_namespace(const oci::Linux& linux_part, oci::NamespaceType type) {
  const auto* entry = linux_part.find_namespace(type);
  return entry != nullptr && entry->path.empty();
}

}  // namespace corten::runtime
