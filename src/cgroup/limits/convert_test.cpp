#include "cgroup/limits/convert.hpp"

#include <cstdint>

#include <gtest/gtest.h>

#include "cgroup/systemd/properties.hpp"

namespace corten::cgroup {
namespace {

TEST(Shares, KeepLeastDefaultAndMost) {
  EXPECT_EQ(weight_of_shares(0), 0U);
  EXPECT_EQ(weight_of_shares(1), 1U);
  EXPECT_EQ(weight_of_shares(2), 1U);
  EXPECT_EQ(weight_of_shares(1024), 100U);
  EXPECT_EQ(weight_of_shares(262'144), 10'000U);
  EXPECT_EQ(weight_of_shares(UINT64_MAX), 10'000U);
}

TEST(Shares, GrowWithoutAStepBack) {
  std::uint64_t last = 1;
  for (std::uint64_t shares = 2; shares <= 262'144; shares += 37) {
    const auto weight = weight_of_shares(shares);
    ASSERT_GE(weight, last);
    ASSERT_LE(weight, 10'000U);
    last = weight;
  }
}

TEST(IoWeight, IsLinear) {
  EXPECT_EQ(io_weight(0), 0U);
  EXPECT_EQ(io_weight(10), 1U);
  EXPECT_EQ(io_weight(500), 4950U);
  EXPECT_EQ(io_weight(1000), 10'000U);
}

TEST(Swap, IsTheSumWithoutTheMemory) {
  EXPECT_EQ(swap_alone(100, 300).value(), 200);
  EXPECT_EQ(swap_alone(100, 100).value(), 0);
  EXPECT_EQ(swap_alone(100, -1).value(), -1);
  EXPECT_EQ(swap_alone(-1, std::nullopt).value(), -1);
  EXPECT_EQ(swap_alone(100, std::nullopt).value(), std::nullopt);
  EXPECT_EQ(swap_alone(100, 0).value(), std::nullopt);
}

TEST(Swap, NeedsALimitOfMemoryThatIsNotMore) {
  EXPECT_FALSE(swap_alone(std::nullopt, 100));
  EXPECT_FALSE(swap_alone(-1, 100));
  EXPECT_FALSE(swap_alone(200, 100));
}

TEST(SystemdProperties, RoundTheQuotaUpToPercents) {
  EXPECT_EQ(quota_per_second(50'000, 100'000), 500'000U);
  EXPECT_EQ(quota_per_second(1'001, 100'000), 20'000U);
  EXPECT_EQ(quota_per_second(50'000, 0), 500'000U);
  EXPECT_EQ(quota_per_second(-1, 100'000), UINT64_MAX);
}

TEST(SystemdProperties, MakeMasksOfCpuLists) {
  using Mask = std::vector<std::uint8_t>;
  EXPECT_EQ(cpu_mask("0").value(), Mask{1});
  EXPECT_EQ(cpu_mask("0-3,9").value(), (Mask{0x0f, 0x02}));
  EXPECT_EQ(cpu_mask("7, 8").value(), (Mask{0x80, 0x01}));
  for (const char* refused : {"", "a", "1-", "-1", "99999", "0-99999999999"}) EXPECT_FALSE(cpu_mask(refused));
}

const UnitProperty* find_property(const std::vector<UnitProperty>& properties, std::string_view name) {
  for (const auto& each : properties) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

oci::Resources some_limits() {
  oci::Resources resources;
  resources.memory = {.limit_bytes = 1000, .swap_bytes = 1500};
  resources.cpu = {.shares = 1024, .quota_us = 20'000, .period_us = 100'000, .cpus = "0-1"};
  resources.pids = {.limit = 0};
  return resources;
}

TEST(SystemdProperties, AreTheLimitsInTheWordsOfTheLayout) {
  const auto v2 = limit_properties(Layout::v2, some_limits()).value();
  EXPECT_EQ(find_property(v2, "MemoryMax")->value, PropertyValue(std::uint64_t{1000}));
  EXPECT_EQ(find_property(v2, "MemorySwapMax")->value, PropertyValue(std::uint64_t{500}));
  EXPECT_EQ(find_property(v2, "CPUWeight")->value, PropertyValue(std::uint64_t{100}));
  EXPECT_EQ(find_property(v2, "CPUQuotaPerSecUSec")->value, PropertyValue(std::uint64_t{200'000}));
  EXPECT_EQ(find_property(v2, "TasksMax")->value, PropertyValue(std::uint64_t{UINT64_MAX}));
  EXPECT_NE(find_property(v2, "AllowedCPUs"), nullptr);
  const auto v1 = limit_properties(Layout::hybrid, some_limits()).value();
  EXPECT_EQ(find_property(v1, "MemoryLimit")->value, PropertyValue(std::uint64_t{1000}));
  EXPECT_EQ(find_property(v1, "CPUShares")->value, PropertyValue(std::uint64_t{1024}));
  EXPECT_EQ(find_property(v1, "AllowedCPUs"), nullptr);
}

TEST(SystemdProperties, DelegateAScopeToUs) {
  const auto scope = unit_properties({"a.slice", "corten-x.scope"}, 42, Layout::v2, {}).value();
  EXPECT_EQ(find_property(scope, "Slice")->value, PropertyValue(std::string("a.slice")));
  EXPECT_EQ(find_property(scope, "Delegate")->value, PropertyValue(true));
  EXPECT_EQ(find_property(scope, "PIDs")->value, PropertyValue(std::vector<std::uint32_t>{42}));
  const auto slice = unit_properties({"a.slice", "a-b.slice"}, 42, Layout::v2, {}).value();
  EXPECT_EQ(find_property(slice, "PIDs"), nullptr);
  EXPECT_EQ(find_property(slice, "Delegate"), nullptr);
}

}  // namespace
}  // namespace corten::cgroup
