#include "oci/runtime_spec/state.hpp"

#include "oci/runtime_spec/features.hpp"
#include "oci/testing.hpp"

namespace corten::oci {
namespace {

TEST(State, ReadsAndWritesWhatRuntimesPrint) {
  const std::string text =
      R"({"annotations":{"a":"b"},"bundle":"/b","created":"2024-05-01T00:00:00Z","id":"c1","ociVersion":"1.2.0",)"
      R"("owner":"","pid":4422,"rootfs":"/b/rootfs","status":"running"})";
  const auto state = parse_state(text).value();
  EXPECT_EQ(state.status, ContainerStatus::running);
  EXPECT_EQ(state.pid, 4422);
  EXPECT_EQ(to_json_text(to_json(state)), text);
}

TEST(State, AStoppedContainerHasNoPid) {
  const State state{.oci_version = "1.2.0", .id = "c", .status = ContainerStatus::stopped, .bundle = "/b"};
  EXPECT_EQ(to_json_text(to_json(state)),
            R"({"bundle":"/b","id":"c","ociVersion":"1.2.0","pid":0,"status":"stopped"})");
}

TEST(State, AnUnknownStatusIsRefused) {
  EXPECT_EQ(
      parse_state(R"({"ociVersion":"1.2.0","id":"c","bundle":"/b","status":"dead"})").error().message(),
      R"(state.status: expected one of "creating", "created", "running", "stopped", "paused", found "dead")");
}

TEST(ContainerProcessState, CarriesTheState) {
  const std::string text =
      R"({"fds":["seccompFd"],"metadata":"m","ociVersion":"1.2.0","pid":7,"state":{"bundle":"/b",)"
      R"("id":"c","ociVersion":"1.2.0","pid":7,"status":"creating"}})";
  const auto process = testing::read_as<ContainerProcessState>(text, "state").value();
  EXPECT_EQ(process.state.id, "c");
  EXPECT_EQ(to_json_text(to_json(process)), text);
}

TEST(Features, ReadsAndWritesEveryMember) {
  const auto text = testing::read_testdata("features.json");
  const auto features = parse_features(text).value();
  EXPECT_EQ(to_json(features).dump(1), Json::parse(text).dump(1));
  EXPECT_TRUE(features.extra.empty());
  EXPECT_TRUE(features.linux_part->extra.empty());
  // Nothing is not the same as not known.
  EXPECT_EQ(features.linux_part->capabilities, std::vector<std::string>{});
  EXPECT_EQ(parse_features(R"({"ociVersionMin":"1.0.0","ociVersionMax":"1.2.0"})").value().hooks,
            std::nullopt);
}

}  // namespace
}  // namespace corten::oci
