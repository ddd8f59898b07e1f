#include "sys/bpf.hpp"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <vector>

namespace corten::sys {

namespace {

static_assert(sizeof(BpfInstruction) == sizeof(bpf_insn));
static_assert(std::endian::native == std::endian::little, "bpf_insn has its registers the other way round");

constexpr std::size_t kMaxPrograms = 64;  // BPF_CGROUP_MAX_PROGS of the kernel

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

// The descriptor or 0, -1 with errno.
long call_bpf(bpf_cmd command, bpf_attr& attributes) {
  long result = 0;
  do {  // EAGAIN: a signal came while the verifier ran
    result = ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
  } while (result < 0 && (errno == EINTR || errno == EAGAIN));
  return result;
}

Result<std::vector<std::uint32_t>> attached_ids(BorrowedFd cgroup) {
  std::array<std::uint32_t, kMaxPrograms> ids{};
  bpf_attr query{};
  query.query.target_fd = static_cast<std::uint32_t>(cgroup.get());
  query.query.attach_type = BPF_CGROUP_DEVICE;
  query.query.prog_ids = address_of(ids.data());
  query.query.prog_cnt = ids.size();
  if (call_bpf(BPF_PROG_QUERY, query) < 0) {
    const int err = errno;
    return fail_errno(err, "asking for the device programs of a cgroup");
  }
  return std::vector<std::uint32_t>(ids.begin(), ids.begin() + query.query.prog_cnt);
}

Result<UniqueFd> open_program(std::uint32_t id) {
  bpf_attr attributes{};
  attributes.prog_id = id;
  const long fd = call_bpf(BPF_PROG_GET_FD_BY_ID, attributes);
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "opening the device program {} of a cgroup", id);
  }
  return UniqueFd(static_cast<int>(fd));  // the kernel makes these CLOEXEC
}

Result<> attach(BorrowedFd cgroup, BorrowedFd program, const UniqueFd& replaced) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<std::uint32_t>(cgroup.get());
  attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (replaced) {
    attributes.attach_flags |= BPF_F_REPLACE;
    attributes.replace_bpf_fd = static_cast<std::uint32_t>(replaced.get());
  }
  if (call_bpf(BPF_PROG_ATTACH, attributes) < 0) {
    const int err = errno;
    return fail_errno(err, "attaching a device program to a cgroup");
  }
  return {};
}

Result<> detach(BorrowedFd cgroup, BorrowedFd program) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<std::uint32_t>(cgroup.get());
  attributes.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  if (call_bpf(BPF_PROG_DETACH, attributes) < 0) {
    const int err = errno;
    return fail_errno(err, "detaching an old device program from a cgroup");
  }
  return {};
}

}  // namespace

Result<UniqueFd> load_device_program(std::span<const BpfInstruction> program) {
  // The licence decides which helpers a program may call; ours calls none.
  static constexpr std::array<char, 11> kLicence{"Apache-2.0"};
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insns = address_of(program.data());
  attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
  attributes.license = address_of(kLicence.data());
  const long fd = call_bpf(BPF_PROG_LOAD, attributes);
  if (fd < 0) {
    const int err = errno;
    return fail_errno(err, "loading a device program of {} instructions", program.size());
  }
  return UniqueFd(static_cast<int>(fd));
}

Result<std::size_t> count_device_programs(BorrowedFd cgroup) {
  const auto ids = TRY(attached_ids(cgroup));
  return ids.size();
}

Result<> attach_device_program(BorrowedFd cgroup, BorrowedFd program) {
  const auto ids = TRY(attached_ids(cgroup));
  std::vector<UniqueFd> old;
  for (const auto id : ids) {
    auto fd = TRY(open_program(id));
    old.push_back(std::move(fd));
  }
  if (old.size() == 1) return attach(cgroup, program, old.front());
  TRY(attach(cgroup, program, UniqueFd()));
  for (const auto& each : old) TRY(detach(cgroup, each));
  return {};
}

}  // namespace corten::sys
