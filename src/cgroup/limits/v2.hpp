#pragma once

#include "cgroup/directory.hpp"
#include "oci/runtime_spec/resources.hpp"

/// Limits of a v2 cgroup, one function a controller (Documentation/admin-guide/cgroup-v2.rst). Each writes
/// what is given and leaves the rest. What v2 has no file for (swappiness, real time, ...) is `unsupported`
/// when it is asked for. A 0 that cannot be a limit means "not given".
namespace corten::cgroup {

Result<> apply_memory_v2(const Directory& dir, const oci::Resources& resources);
Result<> apply_cpu_v2(const Directory& dir, const oci::Resources& resources);
Result<> apply_cpuset_v2(const Directory& dir, const oci::Resources& resources);
Result<> apply_pids_v2(const Directory& dir, const oci::Resources& resources);
/// Weights go to io.bfq.weight where BFQ is, else to io.weight.
Result<> apply_io_v2(const Directory& dir, const oci::Resources& resources);
Result<> apply_hugetlb_v2(const Directory& dir, const oci::Resources& resources);

/// "unified": files of the cgroup to what is written there, last, so that it wins. Keys that are no files of
/// a controller this cgroup has are refused: no slashes, no "cgroup.*", which would move or freeze it.
Result<> apply_unified_v2(const Directory& dir, const oci::Resources& resources);

}  // namespace corten::cgroup
