#include "runtime/validate.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/bundle.hpp"

namespace corten::runtime {
namespace {

using testing::HasSubstr;

constexpr std::string_view kProcess = R"("process":{"args":["/x"],"cwd":"/"})";
constexpr std::string_view kRoot = R"("root":{"path":"rootfs"})";

// The error for a document with these members; "" when it is accepted.
std::string problem(const std::string& members) {
  const auto spec = parse_config(R"({"ociVersion":"1.2.0",)" + members + "}");
  if (!spec) return "unreadable: " + spec.error().message();
  const auto checked = validate(*spec);
  return checked ? "" : checked.error().message();
}

std::string with_process(const std::string& members) {
  return problem(std::string(kRoot) + R"(,"process":{"args":["/x"],"cwd":"/",)" + members + "}");
}

std::string with_linux(const std::string& members) {
  return problem(std::string(kRoot) + "," + std::string(kProcess) + R"(,"linux":{)" + members + "}");
}

TEST(Validate, AcceptsTheLeastThereCanBe) {
  EXPECT_EQ(problem(std::string(kRoot) + "," + std::string(kProcess)), "");
}

TEST(Validate, NamesWhatIsMissing) {
  EXPECT_THAT(problem(std::string(kProcess)), HasSubstr("config.json: root.path"));
  EXPECT_THAT(problem(std::string(kRoot)), HasSubstr("config.json: process"));
  EXPECT_THAT(problem(std::string(kRoot) + R"(,"process":{"args":[],"cwd":"/"})"), HasSubstr("process.args"));
}

TEST(Validate, NamesTheFieldOfAProcess) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("env":["novalue"])", "process.env[0]"},
      {R"("rlimits":[{"type":"RLIMIT_X","soft":1,"hard":1}])", "process.rlimits[0].type"},
      {R"("rlimits":[{"type":"RLIMIT_NOFILE","soft":2,"hard":1}])", "RLIMIT_NOFILE"},
      {R"("oomScoreAdj":1001)", "process.oomScoreAdj"},
      {R"("scheduler":{"policy":"SCHED_X"})", "process.scheduler.policy"},
      {R"("ioPriority":{"class":"IOPRIO_CLASS_BE","priority":8})", "process.ioPriority.priority"},
  };
  for (const auto& [members, field] : cases) EXPECT_THAT(with_process(members), HasSubstr(field)) << members;
}

TEST(Validate, NamesTheFieldOfLinux) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("namespaces":[{"type":"pid","path":"relative"}])", "linux.namespaces[0].path"},
      {R"("uidMappings":[{"containerID":0,"hostID":0,"size":1}])", "linux.uidMappings"},
      {R"("sysctl":{"vm.swappiness":"1"})", "linux.sysctl['vm.swappiness']"},
      {R"("maskedPaths":["/x"])", "linux.maskedPaths"},
      {R"("devices":[{"path":"/dev/x","type":"z","major":1,"minor":1}])", "linux.devices[0].type"},
      {R"("timeOffsets":{"monotonic":{"secs":1}})", "linux.timeOffsets"},
      {R"("rootfsPropagation":"some")", "linux.rootfsPropagation"},
      {R"("intelRdt":{"closID":"x"})", "linux.intelRdt"},
  };
  for (const auto& [members, field] : cases) EXPECT_THAT(with_linux(members), HasSubstr(field)) << members;
}

}  // namespace
}  // namespace corten::runtime
