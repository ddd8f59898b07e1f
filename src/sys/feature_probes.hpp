#pragma once

#include <vector>

#include "sys/features.hpp"

/// The parts of probe_features(), by what they ask.
namespace corten::sys {

/// System calls of the kernel.
std::vector<Feature> probe_system_calls();
/// What can be done in new user and mount namespaces.
std::vector<Feature> probe_namespaces();
/// cgroups, security modules, devices, helper programs, limits.
std::vector<Feature> probe_host();
/// The file system of the data directory.
std::vector<Feature> probe_data_directory(PathArg directory);

}  // namespace corten::sys
