#include "cgroup/device_rules.hpp"

#include <linux/bpf.h>

#include <array>
#include <cstring>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cgroup/device_program.hpp"

namespace corten::cgroup {
namespace {

using enum DeviceType;

struct Request {
  DeviceType type;
  std::uint32_t major_number;
  std::uint32_t minor_number;
  std::uint8_t access;
};

bool matches(const DeviceEntry& rule, const Request& request) {
  return (!rule.type || *rule.type == request.type) &&
         (!rule.major_number || *rule.major_number == request.major_number) &&
         (!rule.minor_number || *rule.minor_number == request.minor_number);
}

// What a list of rules means: cgroup/device_rules.hpp.
bool reference(const std::vector<DeviceEntry>& rules, const Request& request) {
  for (const auto bit : {kDeviceRead, kDeviceWrite, kDeviceMknod}) {
    if ((request.access & bit) == 0) continue;
    bool allowed = false;
    for (const auto& rule : rules) {
      if (matches(rule, request) && (rule.access & bit) != 0) allowed = rule.allow;
    }
    if (!allowed) return false;
  }
  return true;
}

// What the kernel makes of a v1 list: devcgroup_check_permission() of security/device_cgroup.c.
bool kernel_v1(const V1Devices& devices, const Request& request) {
  for (const auto& each : devices.exceptions) {
    if (!matches(each, request)) continue;
    if (devices.allow_rest && (request.access & each.access) != 0) return false;
    if (!devices.allow_rest && (request.access & ~each.access) == 0) return true;
  }
  return devices.allow_rest;
}

// The instructions that our programs use, as BPF defines them (Documentation/bpf/standardization).
class Machine {
 public:
  std::uint64_t run(const std::vector<sys::BpfInstruction>& program, const Request& request) {
    const auto bit = [&](std::uint8_t ours, unsigned theirs) {
      return (request.access & ours) != 0 ? theirs : 0U;
    };
    const auto access = bit(kDeviceMknod, BPF_DEVCG_ACC_MKNOD) | bit(kDeviceRead, BPF_DEVCG_ACC_READ) |
                        bit(kDeviceWrite, BPF_DEVCG_ACC_WRITE);
    const unsigned type = request.type == block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    const std::array<std::uint32_t, 3> context{(access << 16) | type, request.major_number,
                                               request.minor_number};
    for (std::size_t at = 0; at < program.size(); ++at) {
      const auto& each = program[at];
      auto& destination = registers_[each.registers & 15];
      const auto source = registers_[each.registers >> 4];
      const auto constant = static_cast<std::uint32_t>(each.immediate);
      const auto low = static_cast<std::uint32_t>(destination);
      switch (each.code) {
        case BPF_LDX | BPF_W | BPF_MEM:
          destination = context[static_cast<std::size_t>(each.offset) / 4];
          break;
        case BPF_ALU | BPF_MOV | BPF_X:
          destination = static_cast<std::uint32_t>(source);
          break;
        case BPF_ALU64 | BPF_MOV | BPF_K:
          destination = constant;
          break;
        case BPF_ALU | BPF_AND | BPF_K:
          destination = low & constant;
          break;
        case BPF_ALU | BPF_RSH | BPF_K:
          destination = low >> constant;
          break;
        case BPF_JMP32 | BPF_JNE | BPF_K:
          if (low != constant) at += static_cast<std::size_t>(each.offset);
          break;
        case BPF_JMP32 | BPF_JEQ | BPF_K:
          if (low == constant) at += static_cast<std::size_t>(each.offset);
          break;
        case BPF_JMP | BPF_EXIT:
          return registers_[0];
        default:
          ADD_FAILURE() << "unknown instruction " << int{each.code};
          return 2;
      }
    }
    ADD_FAILURE() << "ran over the end";
    return 2;
  }

 private:
  std::array<std::uint64_t, 11> registers_{};
};

// All types and accesses for numbers that rules name and one that none does.
std::vector<Request> all_requests() {
  std::vector<Request> requests;
  for (const auto type : {block, character}) {
    for (const std::uint32_t major_number : {1U, 5U, 0xffff'fff0U}) {
      for (const std::uint32_t minor_number : {3U, 8U, 0xffff'fff1U}) {
        for (std::uint8_t access = 1; access <= kDeviceAll; ++access) {
          requests.push_back({type, major_number, minor_number, access});
        }
      }
    }
  }
  return requests;
}

std::vector<DeviceEntry> random_rules(std::mt19937& random) {
  const auto pick = [&](unsigned count) { return static_cast<unsigned>(random() % count); };
  const std::array<std::optional<std::uint32_t>, 3> majors{std::nullopt, 1, 0xffff'fff0U};
  const std::array<std::optional<std::uint32_t>, 3> minors{std::nullopt, 3, 8};
  const std::array<std::optional<DeviceType>, 3> types{std::nullopt, block, character};
  std::vector<DeviceEntry> rules(pick(6));
  for (auto& rule : rules) {
    rule = {.allow = pick(2) == 0,
            .type = types[pick(3)],
            .major_number = majors[pick(3)],
            .minor_number = minors[pick(3)],
            .access = static_cast<std::uint8_t>(1 + pick(7))};
  }
  return rules;
}

std::string shown(const std::vector<DeviceEntry>& rules) {
  std::string text;
  for (const auto& each : rules) text += (each.allow ? "allow " : "deny ") + to_string(each) + "; ";
  return text;
}

TEST(DeviceProgram, DecidesAsTheListSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const auto rules = random_rules(random);
    const auto program = device_program(rules);
    for (const auto& request : all_requests()) {
      ASSERT_EQ(Machine().run(program, request), reference(rules, request) ? 1U : 0U)
          << shown(rules) << "request " << int{request.access} << " of " << request.major_number << ":"
          << request.minor_number;
    }
  }
}

TEST(DeviceProgram, HasNothingBehindARuleForEverything) {
  const std::vector<DeviceEntry> rules{{.allow = true, .type = block}, {.allow = true}};
  EXPECT_EQ(device_program(rules).size(), 8U);
  EXPECT_EQ(device_program({}).size(), 8U);
}

TEST(V1Devices, MeansTheSameOrIsRefused) {
  std::mt19937 random(11);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto rules = random_rules(random);
    const auto devices = to_v1_devices(rules);
    if (!devices) {
      EXPECT_EQ(devices.error().kind(), Errc::unsupported);
      ++refused;
      continue;
    }
    for (const auto& request : all_requests()) {
      ASSERT_EQ(kernel_v1(*devices, request), reference(rules, request))
          << shown(rules) << "as " << shown(devices->exceptions) << "request " << int{request.access};
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 2000);
}

TEST(V1Devices, CannotCutAHoleIntoAWildcard) {
  const std::vector<DeviceEntry> rules{
      {.allow = false}, {.allow = true, .type = character}, {.type = character, .major_number = 10}};
  const auto devices = to_v1_devices(rules);
  ASSERT_FALSE(devices);
  EXPECT_EQ(devices.error().message(),
            "linux.resources.devices: cgroup v1 cannot deny 'c 10:* rwm' after 'c *:* rwm'");
}

TEST(DeviceRules, EndWithThoseThatEveryContainerGets) {
  const std::vector<oci::DeviceRule> rules{{.allow = false, .access = "rwm"}};
  const auto entries = container_device_rules(rules).value();
  EXPECT_FALSE(entries.front().allow);
  EXPECT_TRUE(reference(entries, {character, 1, 3, kDeviceRead | kDeviceWrite}));  // null
  EXPECT_TRUE(reference(entries, {character, 136, 7, kDeviceAll}));                // pts/7
  EXPECT_TRUE(reference(entries, {block, 8, 0, kDeviceMknod}));                    // a node of a disk,
  EXPECT_FALSE(reference(entries, {block, 8, 0, kDeviceRead}));                    // but not its content
  EXPECT_FALSE(reference(entries, {character, 1, 1, kDeviceRead}));                // mem
  const auto v1 = to_v1_devices(entries).value();
  EXPECT_FALSE(v1.allow_rest);
  EXPECT_THAT(v1.exceptions, testing::Contains(DeviceEntry{true, character, 1, 3, kDeviceAll}));
}

TEST(DeviceRules, LetAPrivilegedContainerUseEverything) {
  const std::vector<oci::DeviceRule> rules{{.allow = false, .access = "rwm"},
                                           {.allow = true, .type = "a", .major = -1, .minor = -1}};
  const auto v1 = to_v1_devices(container_device_rules(rules).value()).value();
  EXPECT_TRUE(v1.allow_rest);
  EXPECT_TRUE(v1.exceptions.empty());
}

TEST(DeviceRules, NameTheFieldThatIsWrong) {
  const auto message = [](const oci::DeviceRule& rule) {
    const auto entries = container_device_rules({&rule, 1});
    return entries ? "" : entries.error().message();
  };
  EXPECT_EQ(message({.type = "x"}), "linux.resources.devices[0].type: 'x' is none of a, b, c and u");
  EXPECT_EQ(message({.access = "rx"}),
            "linux.resources.devices[0].access: 'rx' has other letters than r, w and m");
  EXPECT_EQ(message({.major = -2}), "linux.resources.devices[0].major: -2 is no device number");
  EXPECT_EQ(message({.minor = std::int64_t{1} << 40}),
            "linux.resources.devices[0].minor: 1099511627776 is no device number");
}

}  // namespace
}  // namespace corten::cgroup
