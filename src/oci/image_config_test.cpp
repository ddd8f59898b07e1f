#include "oci/image_config.hpp"

#include <rapidcheck.h>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "oci/testing.hpp"

namespace corten::oci {
namespace {

using std::chrono::seconds;

std::string config_with(std::string_view members) {
  return R"({"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]})" +
         (members.empty() ? "" : "," + std::string(members)) + "}";
}

std::string error_of(std::string_view text) {
  const auto config = parse_image_config(text);
  return config ? "" : config.error().message();
}

TEST(ImageConfig, ReadsWhatOldDockerWrote) {
  const auto config = parse_image_config(testing::read_testdata("busybox_config.json")).value();
  EXPECT_EQ(to_string(config.platform()), "linux/amd64");
  EXPECT_EQ(format_rfc3339(*config.created), "2023-05-18T22:34:17.302843592Z");
  EXPECT_EQ(config.config.cmd, std::vector<std::string>{"sh"});
  EXPECT_EQ(config.config.entrypoint, std::nullopt);
  EXPECT_TRUE(config.config.volumes.empty());
  EXPECT_EQ(config.history.size(), 2U);
  EXPECT_TRUE(config.history[1].empty_layer);
  EXPECT_EQ(find_history_problem(config), std::nullopt);
  // What only Docker knows is kept on every level.
  EXPECT_EQ(config.extra.get()["docker_version"], "20.10.23");
  EXPECT_EQ(config.config.extra.get()["Tty"], false);
  testing::expect_golden("busybox_config.golden.json", to_pretty_json_text(to_json(config)));
}

TEST(ImageConfig, ReadsAndWritesACudaImage) {
  const auto text = testing::read_testdata("cuda_config.json");
  const auto config = parse_image_config(text).value();
  EXPECT_EQ(config.config.env.size(), 14U);
  EXPECT_GT(config.config.env.at(2).size(), 1000U);
  EXPECT_EQ(config.config.exposed_ports, (std::set<std::string>{"6006/tcp", "8888/tcp"}));
  EXPECT_EQ(config.config.entrypoint, std::vector<std::string>{"/opt/nvidia/nvidia_entrypoint.sh"});
  EXPECT_EQ(config.config.cmd, std::vector<std::string>{});
  EXPECT_EQ(config.config.stop_timeout_seconds, 30);
  ASSERT_TRUE(config.config.healthcheck);
  EXPECT_EQ(config.config.healthcheck->interval, seconds(30));
  EXPECT_EQ(config.config.healthcheck->retries, 3);
  EXPECT_EQ(config.variant, "v3");
  // OnBuild was null, which is written as absent.
  auto expected = Json::parse(text);
  expected["config"].erase("OnBuild");
  EXPECT_EQ(to_json(config), expected);
}

TEST(ImageConfig, AnEmptyEntrypointIsNotAnAbsentOne) {
  const auto read = [](std::string_view inner) {
    return parse_image_config(config_with("\"config\":{" + std::string(inner) + "}")).value().config;
  };
  EXPECT_EQ(read("").entrypoint, std::nullopt);
  EXPECT_EQ(read(R"("Entrypoint":null)").entrypoint, std::nullopt);
  EXPECT_EQ(read(R"("Entrypoint":[])").entrypoint, std::vector<std::string>{});
  EXPECT_EQ(to_json_text(to_json(read(R"("Entrypoint":[])"))), R"({"Entrypoint":[]})");
  EXPECT_EQ(to_json_text(to_json(read(R"("Entrypoint":null)"))), "{}");
  // Docker reads one string as a list of one.
  EXPECT_EQ(read(R"("Cmd":"sh")").cmd, std::vector<std::string>{"sh"});
  const auto none = read(R"("Healthcheck":{"Test":["NONE"]})");
  EXPECT_EQ(none.healthcheck->test, std::vector<std::string>{"NONE"});
  EXPECT_EQ(none.healthcheck->interval.count(), 0);
}

TEST(ImageConfig, OldToolsLeaveThePlatformOut) {
  const auto config = parse_image_config(R"({"rootfs":{"type":"layers","diff_ids":null}})").value();
  EXPECT_TRUE(config.os.empty());
  EXPECT_TRUE(config.rootfs.diff_ids.empty());
}

TEST(ImageConfig, ErrorsNameTheMember) {
  EXPECT_EQ(error_of("{}"), "image config.rootfs: is missing");
  EXPECT_EQ(error_of(R"({"rootfs":{"type":"layers+base"}})"),
            "image config.rootfs.type: expected \"layers\", found \"layers+base\"");
  EXPECT_EQ(
      error_of(R"({"rootfs":{"type":"layers","diff_ids":["sha256:12"]}})"),
      "image config.rootfs.diff_ids[0]: digest 'sha256:12': expected 64 hexadecimal digits after 'sha256:', "
      "found 2");
  EXPECT_EQ(error_of(config_with(R"("config":{"Env":"A=1"})")),
            "image config.config.Env: expected an array of strings, found string \"A=1\"");
  EXPECT_EQ(error_of(config_with(R"("config":{"env":["A=1"]})")),
            "image config.config.env: expected the spelling 'Env'");
  EXPECT_EQ(error_of(config_with(R"("config":{"Cmd":[1]})")),
            "image config.config.Cmd[0]: expected a string, found number 1");
  EXPECT_TRUE(error_of(config_with(R"("created":"yesterday")")).starts_with("image config.created: "));
  EXPECT_EQ(error_of(config_with(R"("history":[{"empty_layer":1}])")),
            "image config.history[0].empty_layer: expected true or false, found number 1");
  EXPECT_EQ(error_of(config_with(R"("config":{"Healthcheck":{"Interval":"30s"}})")),
            "image config.config.Healthcheck.Interval: expected a whole number, found string \"30s\"");
}

TEST(ImageConfig, SizeAndCountsAreCapped) {
  EXPECT_TRUE(error_of(std::string(9 * 1024 * 1024, ' ')).contains("at most 8388608 are read"));
  std::string history = R"("history":[{})";
  for (int i = 0; i < 10'000; ++i) history += ",{}";
  EXPECT_EQ(error_of(config_with(history + "]")),
            "image config.history: 10001 entries, at most 10000 are read");
}

TEST(ImageConfig, WrongTypesAnywhereAreErrorsOrReadBackTheSame) {
  for (const auto* name : {"busybox_config.json", "cuda_config.json"}) {
    const auto document = Json::parse(testing::read_testdata(name));
    EXPECT_GT(testing::refused_wrong_types<ImageConfig>(document, "image config"), 50) << name;
  }
}

TEST(ImageConfig, TheReceivedBytesAreKept) {
  const auto text = testing::read_testdata("cuda_config.json");
  const auto received = receive_image_config(text).value();
  EXPECT_EQ(received.bytes(), text);
  EXPECT_EQ(received->architecture, "amd64");
}

TEST(ImageConfig, MustNameAsManyLayersAsTheManifest) {
  auto config = parse_image_config(testing::read_testdata("busybox_config.json")).value();
  Manifest manifest;
  const auto mismatch = validate_against_manifest(config, manifest);
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().message(),
            "image config: the numbers of rootfs.diff_ids and of the manifest's layers differ: 1 and 0");
  manifest.layers.resize(1);
  EXPECT_TRUE(validate_against_manifest(config, manifest));
  config.history.emplace_back();
  EXPECT_EQ(find_history_problem(config),
            "the numbers of history steps with a layer and of layers differ: 2 and 1");
  config.history.clear();
  EXPECT_EQ(find_history_problem(config), std::nullopt);
}

TEST(ChainIds, NameEachLayerWithThoseBelow) {
  const auto digest = [](char c) { return Digest::parse("sha256:" + std::string(64, c)).value(); };
  std::vector<std::string> hashed;
  const auto sha256 = [&](std::string_view bytes) {
    hashed.emplace_back(bytes);
    return digest(hashed.size() == 1 ? 'd' : 'e');
  };
  EXPECT_EQ(chain_ids({digest('a'), digest('b'), digest('c')}, sha256),
            (std::vector{digest('a'), digest('d'), digest('e')}));
  EXPECT_EQ(hashed, (std::vector<std::string>{digest('a').to_string() + " " + digest('b').to_string(),
                                              digest('d').to_string() + " " + digest('c').to_string()}));
  EXPECT_TRUE(chain_ids({}, sha256).empty());
}

RC_GTEST_PROP(ImageConfigProperty, WhatIsUnknownSurvivesOnEveryLevel,
              (const std::map<std::string, int>& members)) {
  auto json = Json::parse(config_with(R"("config":{"Healthcheck":{}},"history":[{}])"));
  for (auto* level :
       {&json, &json["config"], &json["config"]["Healthcheck"], &json["rootfs"], &json["history"][0]}) {
    for (const auto& [name, value] : members) (*level)["x-" + std::to_string(name.size()) + "y"] = value;
  }
  const auto config = parse_image_config(to_json_text(json));
  RC_ASSERT(config.has_value());
  RC_ASSERT(parse_image_config(to_json_text(to_json(*config))).value() == *config);
  const auto written = to_json(*config);
  for (const auto* at : {"", "/config", "/config/Healthcheck", "/rootfs", "/history/0"}) {
    const Json::json_pointer pointer(at);
    for (const auto& [name, value] : json[pointer].items()) {
      if (name.starts_with("x-")) RC_ASSERT(written[pointer][name] == value);
    }
  }
}

}  // namespace
}  // namespace corten::oci
