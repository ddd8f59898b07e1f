#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/json.hpp"
#include "cli/commands/all.hpp"
#include "cli/exit_codes.hpp"
#include "cli/oci/settings.hpp"
#include "cli/sample_commands.hpp"
#include "sys/test_support.hpp"

namespace corten::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Oci : public testing::Test {
 protected:
  Session run(std::vector<std::string> words) {
    words.insert(words.begin(), {"oci", "--root", root()});
    return run_in_memory(all_commands(), words, {}, 0);
  }
  std::string root() const { return dir_.path("state"); }

  const sys::test::ScratchDir dir_;
};

// podman shows all of it; containerd's shim takes the first line.
TEST_F(Oci, VersionAsEnginesReadIt) {
  const auto session = run_in_memory(all_commands(), {"oci", "--version"}, {}, 0);
  EXPECT_EQ(session.code, kExitSuccess);
  EXPECT_THAT(session.out, StartsWith("corten-oci version "));
  EXPECT_THAT(session.out, HasSubstr("\nspec: 1.2.0\n"));
}

TEST_F(Oci, FlagsMayStandBeforeTheVerb) {
  const auto session =
      run({"--log-format", "json", "--debug=false", "--systemd-cgroup", "--rootless=auto", "list", "-q"});
  EXPECT_EQ(session.code, kExitSuccess) << session.err;
  EXPECT_EQ(session.out, "");
}

TEST_F(Oci, AnErrorIsOneLineAndExitCodeOne) {
  const auto session = run({"state", "never-was"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_EQ(session.err, "corten-oci: container 'never-was' does not exist (hint: looked in '" + root() +
                             "'; another place is named by --root)\n");
}

TEST_F(Oci, WrongCommandLinesAreSuchErrorsToo) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"frobnicate"},
                                                                 {"state"},
                                                                 {"state", "--frob", "a"},
                                                                 {"--frob", "state", "a"},
                                                                 {"kill", "a", "NOSUCH"},
                                                                 {"state", "a/b"},
                                                                 {"--log-format", "xml", "list"},
                                                                 {"--rootless", "maybe", "list"},
                                                                 {"--root", "", "list"},
                                                                 {"list", "--format", "yaml"},
                                                                 {"events", "--interval", "0", "a"},
                                                                 {"update", "--memory", "much", "a"},
                                                                 {"exec", "--user", "root", "a", "id"},
                                                                 {"create", "--preserve-fds", "-1", "a"}}) {
    const auto session = run(words);
    EXPECT_EQ(session.code, kExitFailure) << testing::PrintToString(words);
    EXPECT_THAT(session.err, StartsWith("corten-oci: ")) << testing::PrintToString(words);
    EXPECT_EQ(std::ranges::count(session.err, '\n'), 1) << session.err;
  }
}

TEST_F(Oci, ErrorsGoIntoTheLog) {
  const auto log = dir_.path("log.json");
  run({"--log", log, "--log-format", "json", "state", "one"});
  run({"--log", log, "--log-format", "json", "state", "two"});
  const auto text = dir_.read("log.json");
  const auto second = text.substr(text.find('\n') + 1);
  const auto record = parse_json(second, "log");
  ASSERT_TRUE(record) << text;
  EXPECT_EQ(record->at("level"), "error");
  EXPECT_THAT(record->at("msg"), HasSubstr("'two'"));
  EXPECT_THAT(record->at("time"), HasSubstr("T"));
}

TEST_F(Oci, ALogThatCannotBeWrittenIsSaid) {
  const auto session = run({"--log", dir_.path("no/such/log"), "state", "one"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_THAT(session.err, HasSubstr("corten-oci: --log: "));
}

TEST_F(Oci, LogRecordsInTheFormsOfLogrus) {
  EXPECT_EQ(log_record("text", "error", "a \"b\"", "T"), "time=\"T\" level=error msg=\"a \\\"b\\\"\"\n");
  EXPECT_EQ(log_record("json", "error", "a", "T"), "{\"level\":\"error\",\"msg\":\"a\",\"time\":\"T\"}\n");
}

TEST_F(Oci, NoContainersAreListedAsNone) {
  EXPECT_EQ(run({"list", "--format", "json"}).out, "[]\n");
  EXPECT_THAT(run({"list"}).out, testing::MatchesRegex("ID +PID +STATUS +BUNDLE +CREATED +OWNER\n"));
}

TEST_F(Oci, DeleteByForceOfNothingIsHarmless) {
  EXPECT_EQ(run({"delete", "--force", "never-was"}).code, kExitSuccess);
  EXPECT_EQ(run({"delete", "never-was"}).code, kExitFailure);
}

TEST_F(Oci, CheckpointsAreRefusedWhateverTheirFlags) {
  const auto session =
      run({"checkpoint", "--image-path", "/d", "--work-path", "/w", "--leave-running", "web"});
  EXPECT_EQ(session.code, kExitFailure);
  EXPECT_THAT(session.err, HasSubstr("CRIU"));
  EXPECT_EQ(run({"checkpoint", "--help"}).code, kExitSuccess);
}

TEST_F(Oci, FeaturesAreADocument) {
  const auto session = run({"features"});
  EXPECT_EQ(session.code, kExitSuccess);
  const auto document = parse_json(session.out, "features");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->at("ociVersionMax"), "1.2.0");
}

TEST_F(Oci, SpecWritesOnce) {
  EXPECT_EQ(run({"spec", "--bundle", dir_.path()}).code, kExitSuccess);
  EXPECT_TRUE(dir_.has("config.json"));
  EXPECT_EQ(run({"spec", "--bundle", dir_.path()}).code, kExitFailure);
}

}  // namespace
}  // namespace corten::cli
