#pragma once

#include <vector>

#include "oci/runtime_spec/linux.hpp"
#include "sys/fd.hpp"

namespace corten::runtime {

/// The CLONE_NEW* flag of a namespace type (namespaces(7)).
int namespace_flag(oci::NamespaceType type);

/// An existing namespace that the container joins, opened while its path still means what the bundle meant.
struct JoinedNamespace {
  oci::NamespaceType type;
  sys::UniqueFd fd;
};

/// Opens the namespaces that have a path; the error names it.
Result<std::vector<JoinedNamespace>> open_joined_namespaces(const oci::Linux& linux_part);

/// The listed namespaces as a process has them, through its directory in /proc.
Result<std::vector<JoinedNamespace>> open_namespaces_of(sys::BorrowedFd process_directory,
                                                        const oci::Linux& linux_part);

/// The CLONE_NEW* flags of those that are to be made, user and cgroup namespaces left out: they have their
/// own time.
int flags_of_new_namespaces(const oci::Linux& linux_part);

/// Whether the entry is there and asks for a namespace of the container's own.
bool makes_namespace(const oci::Linux& linux_part, oci::NamespaceType type);

}  // namespace corten::runtime
