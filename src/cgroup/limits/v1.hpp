#pragma once

#include "cgroup/device_rules.hpp"
#include "cgroup/directory.hpp"
#include "oci/runtime_spec/resources.hpp"

/// Limits of a v1 cgroup: one function a controller, `dir` in its hierarchy. Each writes what is given and
/// leaves the rest; files are those of Documentation/admin-guide/cgroup-v1. A 0 that cannot be a limit means
/// "not given", as engines send it.
namespace corten::cgroup {

/// The limits of memory, and of memory and swap, in the order in which the kernel takes them: the second may
/// never be less than the first. The limit of kernel memory is ignored, as kernels since 5.4 do.
Result<> apply_memory_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_cpu_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_cpuset_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_pids_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_blkio_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_hugetlb_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_net_cls_v1(const Directory& dir, const oci::Resources& resources);
Result<> apply_net_prio_v1(const Directory& dir, const oci::Resources& resources);
/// The same file in v1 and v2.
Result<> apply_rdma(const Directory& dir, const oci::Resources& resources);

/// Sets default and exceptions. Processes already in the cgroup see the default alone for a moment.
Result<> apply_devices_v1(const Directory& dir, const V1Devices& devices);

/// A new v1 cpuset is empty and takes no process (ENOSPC): what is empty gets the parent's CPUs and nodes.
Result<> inherit_cpuset_v1(const Directory& parent, const Directory& child);

/// "hugetlb.2MB.": the beginning of the files of a page size. invalid_argument for what cannot be one.
Result<std::string> hugetlb_prefix(const std::string& page_size);

}  // namespace corten::cgroup
