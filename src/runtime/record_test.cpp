#include "runtime/record.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"

namespace corten::runtime {
namespace {

ContainerRecord sample() {
  return {
      .id = "box",
      .oci_version = "1.2.0",
      .bundle = "/b",
      .rootfs = "/b/rootfs",
      .annotations = {{"key", "value"}},
      .owner = "root",
      .created = {.seconds = 1'700'000'000, .nanoseconds = 5},
      .process = {.pid = 42, .start_ticks = 4711},
      .cgroup = JsonValue(Json{{"places", Json::array()}}),
      .cgroup_made = true,
      .created_whole = true,
      .own_pid_namespace = true,
      .has_poststop = true,
  };
}

TEST(ContainerRecord, ComesBackAsItWasWritten) {
  const auto back = parse_record(to_json_text(sample()));
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(*back, sample());
}

TEST(ContainerRecord, DamageIsDataLoss) {
  for (const auto* text : {"", "{", "[]", "{}", R"({"id":"box","ociVersion":1})"}) {
    const auto record = parse_record(text);
    ASSERT_FALSE(record) << text;
    EXPECT_EQ(record.error().kind(), Errc::data_loss) << text;
  }
}

TEST(ContainerRecord, ShowsNoProcessOnceItStopped) {
  EXPECT_EQ(to_state(sample(), oci::ContainerStatus::running).pid, 42);
  EXPECT_EQ(to_state(sample(), oci::ContainerStatus::stopped).pid, 0);
}

TEST(ContainerRecord, StatePrintsWhatOtherRuntimesPrintToo) {
  const auto json = oci::to_json(to_full_state(sample(), oci::ContainerStatus::created));
  EXPECT_EQ(json["status"], "created");
  EXPECT_EQ(json["rootfs"], "/b/rootfs");
  EXPECT_EQ(json["owner"], "root");
  EXPECT_EQ(json["created"], "2023-11-14T22:13:20.000000005Z");
}

}  // namespace
}  // namespace corten::runtime
