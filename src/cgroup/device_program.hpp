#pragma once

#include <span>
#include <vector>

#include "cgroup/device_rules.hpp"
#include "sys/bpf.hpp"

namespace corten::cgroup {

/// The program of a v2 cgroup that decides as a list of rules says (cgroup/device_rules.hpp). Straight down,
/// without loops, maps or helpers: from the last rule to the first it settles those of the asked accesses
/// that the rule speaks of.
std::vector<sys::BpfInstruction> device_program(std::span<const DeviceEntry> rules);

}  // namespace corten::cgroup
