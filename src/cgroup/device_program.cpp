#include "cgroup/device_program.hpp"

#include <linux/bpf.h>

#include <cstddef>

namespace corten::cgroup {

namespace {

using sys::BpfInstruction;

// What the registers hold all the way down.
constexpr std::uint8_t kResult = 0;
constexpr std::uint8_t kContext = 1;
constexpr std::uint8_t kType = 2;
constexpr std::uint8_t kOpen = 3;  // asked accesses that no rule has settled yet
constexpr std::uint8_t kMajor = 4;
constexpr std::uint8_t kMinor = 5;
constexpr std::uint8_t kScratch = 6;

// The kernel counts mknod 1, read 2, write 4; ours are read 1, write 2, mknod 4.
constexpr std::int32_t kernel_access(std::uint8_t access) {
  return ((access & kDeviceMknod) != 0 ? BPF_DEVCG_ACC_MKNOD : 0) |
         ((access & kDeviceRead) != 0 ? BPF_DEVCG_ACC_READ : 0) |
         ((access & kDeviceWrite) != 0 ? BPF_DEVCG_ACC_WRITE : 0);
}

BpfInstruction instruction(int code, std::uint8_t destination, std::uint8_t source = 0,
                           std::int16_t offset = 0, std::int32_t immediate = 0) {
  return {.code = static_cast<std::uint8_t>(code),
          .registers = static_cast<std::uint8_t>(destination | (source << 4)),
          .offset = offset,
          .immediate = immediate};
}

BpfInstruction load_word(std::uint8_t destination, std::size_t offset) {
  return instruction(BPF_LDX | BPF_W | BPF_MEM, destination, kContext, static_cast<std::int16_t>(offset));
}
BpfInstruction alu(int operation, std::uint8_t destination, std::int32_t value) {
  return instruction(BPF_ALU | operation | BPF_K, destination, 0, 0, value);
}
BpfInstruction copy(std::uint8_t destination, std::uint8_t source) {
  return instruction(BPF_ALU | BPF_MOV | BPF_X, destination, source);
}
// 32 bits wide (kernel 5.1): major and minor numbers fill a word, and a 64-bit compare would extend the sign.
BpfInstruction jump_unless(std::uint8_t value, std::int32_t equals) {
  return instruction(BPF_JMP32 | BPF_JNE | BPF_K, value, 0, 0, equals);
}
BpfInstruction exit_program() { return instruction(BPF_JMP | BPF_EXIT, 0); }

void append_return(std::vector<BpfInstruction>& program, bool allow) {
  program.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_K, kResult, 0, 0, allow ? 1 : 0));
  program.push_back(exit_program());
}

// What happens to an access that the rule's type and numbers match.
void append_decision(std::vector<BpfInstruction>& code, const DeviceEntry& rule) {
  const auto access = kernel_access(rule.access);
  if (!rule.allow) {
    code.push_back(copy(kScratch, kOpen));
    code.push_back(alu(BPF_AND, kScratch, access));
    auto skip = instruction(BPF_JMP32 | BPF_JEQ | BPF_K, kScratch);
    skip.offset = 2;  // nothing it speaks of is open: over the return
    code.push_back(skip);
    append_return(code, false);
    return;
  }
  code.push_back(alu(BPF_AND, kOpen, ~access));
  auto skip = jump_unless(kOpen, 0);
  skip.offset = 2;
  code.push_back(skip);
  append_return(code, true);
}

// Each condition jumps over the rest of the rule when it does not hold.
void append_rule(std::vector<BpfInstruction>& program, const DeviceEntry& rule) {
  std::vector<BpfInstruction> code;
  if (rule.type) {
    code.push_back(
        jump_unless(kType, *rule.type == DeviceType::block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
  }
  if (rule.major_number) code.push_back(jump_unless(kMajor, static_cast<std::int32_t>(*rule.major_number)));
  if (rule.minor_number) code.push_back(jump_unless(kMinor, static_cast<std::int32_t>(*rule.minor_number)));
  const auto conditions = code.size();
  append_decision(code, rule);
  for (std::size_t i = 0; i < conditions; ++i)
    code[i].offset = static_cast<std::int16_t>(code.size() - i - 1);
  program.insert(program.end(), code.begin(), code.end());
}

bool settles_everything(const DeviceEntry& rule) {
  return !rule.type && !rule.major_number && !rule.minor_number && rule.access == kDeviceAll;
}

}  // namespace

std::vector<BpfInstruction> device_program(std::span<const DeviceEntry> rules) {
  std::vector<BpfInstruction> program{
      load_word(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
      copy(kOpen, kType),
      alu(BPF_AND, kType, 0xffff),  // access_type is (access << 16) | type
      alu(BPF_RSH, kOpen, 16),
      load_word(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load_word(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    if (settles_everything(*rule)) {  // the verifier refuses code behind it, which nothing could reach
      append_return(program, rule->allow);
      return program;
    }
    append_rule(program, *rule);
  }
  append_return(program, false);
  return program;
}

}  // namespace corten::cgroup
