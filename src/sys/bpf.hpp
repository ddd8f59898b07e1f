#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sys/fd.hpp"

/// bpf(2), as far as the devices of a v2 cgroup need it: programs of type BPF_PROG_TYPE_CGROUP_DEVICE (kernel
/// 4.15). Needs CAP_BPF or CAP_SYS_ADMIN, and CAP_NET_ADMIN or CAP_SYS_ADMIN to attach.
namespace corten::sys {

/// `struct bpf_insn` of <linux/bpf.h> on little-endian machines.
struct BpfInstruction {
  std::uint8_t code = 0;
  std::uint8_t registers = 0;  ///< Destination in the low four bits, source in the high ones.
  std::int16_t offset = 0;
  std::int32_t immediate = 0;

  bool operator==(const BpfInstruction&) const = default;
};

/// Gives the kernel a program that decides about devices. A program that its verifier refuses is
/// invalid_argument.
Result<UniqueFd> load_device_program(std::span<const BpfInstruction> program);

/// How many device programs are attached to exactly this cgroup.
Result<std::size_t> count_device_programs(BorrowedFd cgroup);

/// Makes `program` the only device program of exactly this cgroup; those of its parents stay and must allow
/// an access too. There is no moment without a program: one old program is replaced in one step
/// (BPF_F_REPLACE, kernel 5.6), several are detached after the new one has been attached.
Result<> attach_device_program(BorrowedFd cgroup, BorrowedFd program);

}  // namespace corten::sys
