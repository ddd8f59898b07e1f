#include "oci/runtime_spec/spec.hpp"

#include "oci/testing.hpp"

namespace corten::oci {
namespace {

std::string error_of(std::string_view members) {
  const auto spec = parse_spec(R"({"ociVersion":"1.2.0",)" + std::string(members) + "}");
  return spec ? "" : spec.error().message();
}

TEST(Spec, ReadsAndWritesEveryMember) {
  const auto text = testing::read_testdata("runtime_config.json");
  const auto spec = parse_spec(text);
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(to_json(*spec).dump(1), Json::parse(text).dump(1));
  // Only what is of other systems has no place of its own.
  EXPECT_EQ(spec->extra.get().size(), 1U);
  EXPECT_TRUE(spec->linux_part->extra.empty());
  EXPECT_TRUE(spec->process->extra.empty());
}

TEST(Spec, ValuesArriveWhereTheyBelong) {
  const auto spec = parse_spec(testing::read_testdata("runtime_config.json")).value();
  EXPECT_EQ(spec.process->user.additional_gids, (std::vector<std::uint32_t>{5, 44}));
  EXPECT_EQ(spec.process->rlimits.at(0).hard, 18446744073709551615ULL);
  EXPECT_EQ(spec.process->oom_score_adj, -500);
  EXPECT_EQ(spec.process->scheduler->deadline_ns, 20'000'000U);
  EXPECT_EQ(spec.process->exec_cpu_affinity->final, "0-3,7");
  EXPECT_TRUE(spec.root->readonly);
  EXPECT_EQ(spec.mounts.at(2).uid_mappings.at(0).host_id, 1000U);
  EXPECT_EQ(spec.hooks->poststop.at(0).timeout_seconds, 10);
  const auto& part = *spec.linux_part;
  EXPECT_EQ(part.resources->memory->swap_bytes, -1);
  EXPECT_EQ(part.resources->memory->swappiness, 0U);
  EXPECT_EQ(part.resources->memory->disable_oom_killer, false);
  EXPECT_EQ(part.resources->block_io->throttle_write_iops.at(0).rate, 300U);
  EXPECT_EQ(part.resources->rdma.at("rxe3").hca_handles, std::nullopt);
  EXPECT_EQ(part.resources->devices.at(0).major, std::nullopt);
  EXPECT_EQ(part.find_namespace(NamespaceType::network)->path, "/run/netns/a");
  EXPECT_EQ(part.seccomp->syscalls.at(1).args.at(0).op, SeccompOperator::masked_eq);
  EXPECT_EQ(part.seccomp->default_action, SeccompAction::return_errno);
  EXPECT_EQ(part.time_offsets.at("boottime").seconds, -604800);
}

TEST(Spec, TheSmallestOneIsRead) {
  const auto spec = parse_spec(R"({"ociVersion":"1.0.2-dev","linux":{}})").value();
  EXPECT_FALSE(spec.process);
  EXPECT_EQ(spec.linux_part->find_namespace(NamespaceType::pid), nullptr);
  EXPECT_EQ(to_json_text(to_json(spec)), R"({"linux":{},"ociVersion":"1.0.2-dev"})");
}

TEST(Spec, GoWritesNullForWhatIsEmpty) {
  const auto spec = parse_spec(
      R"({"ociVersion":"1.0.0","process":{"cwd":"/","args":null,"capabilities":null,"user":null},"mounts":null,)"
      R"("hooks":{"prestart":null},"linux":{"devices":null,"sysctl":null,"resources":{"memory":{"limit":null}}}})");
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_EQ(spec->linux_part->resources->memory->limit_bytes, std::nullopt);
}

TEST(Spec, ErrorsNameTheMember) {
  const std::pair<const char*, const char*> vectors[] = {
      {R"("process":{})", "process.cwd: is missing"},
      {R"("process":{"cwd":"/","user":{"uid":-1}})",
       "process.user.uid: expected a whole number of 0 or more, found number -1"},
      {R"("process":{"cwd":"/","user":{"uid":4294967296}})",
       "process.user.uid: 4294967296 is out of range: expected 0 to 4294967295"},
      {R"("process":{"cwd":"/","user":{"additionalGids":[1,-1]}})",
       "process.user.additionalGids[1]: expected a whole number of 0 to 4294967295"},
      {R"("process":{"cwd":"/","oomScoreAdj":3000000000})",
       "process.oomScoreAdj: 3000000000 is out of range: expected -2147483648 to 2147483647"},
      {R"("process":{"cwd":"/","rlimits":[{"type":"RLIMIT_CPU","soft":1}]})",
       "process.rlimits[0].hard: is missing"},
      {R"("mounts":[{"destination":"/a"},{}])", "mounts[1].destination: is missing"},
      {R"("hooks":{"poststart":[{"path":"/x","timeout":0}]})",
       "hooks.poststart[0].timeout: 0 is not greater than 0"},
      {R"("linux":{"namespaces":[{"type":"pids"}]})",
       R"(linux.namespaces[0].type: expected one of "pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time", found "pids")"},
      {R"("linux":{"namespaces":[{"type":"pid"},{"type":"pid"}]})",
       R"(linux.namespaces[1].type: the type "pid" occurs twice)"},
      {R"("linux":{"Seccomp":{}})", "linux.Seccomp: expected the spelling 'seccomp'"},
      {R"("linux":{"rootfsPropagation":1})", "linux.rootfsPropagation: expected a string, found number 1"},
      {R"("linux":{"resources":{"rdma":{"a":{"hcaHandles":"1"}}}})",
       "linux.resources.rdma.a.hcaHandles: expected a whole number of 0 or more, found string \"1\""},
      {R"("linux":{"resources":{"blockIO":{"weight":70000}}})",
       "linux.resources.blockIO.weight: 70000 is out of range: expected 0 to 65535"},
      {R"("linux":{"seccomp":{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"x"}]}})",
       R"(linux.seccomp.syscalls[0].action: expected one of "SCMP_ACT_KILL", )"},
  };
  for (const auto& [members, problem] : vectors) {
    EXPECT_TRUE(error_of(members).starts_with(std::string("config.json.") + problem)) << error_of(members);
  }
}

TEST(Spec, OtherMajorVersionsAreUnsupported) {
  const auto spec = parse_spec(R"({"ociVersion":"2.0.0"})");
  EXPECT_EQ(spec.error().kind(), Errc::unsupported);
  EXPECT_EQ(parse_spec("{}").error().message(), "config.json.ociVersion: is missing");
}

// Part by part, so that each change is checked against a small document.
TEST(Spec, WrongTypesAnywhereAreErrorsOrReadBackTheSame) {
  auto spec = Json::parse(testing::read_testdata("runtime_config.json"));
  const auto take = [](Json& object, const char* name) {
    auto part = object[name];
    object.erase(name);
    return part;
  };
  auto linux_part = take(spec, "linux");
  EXPECT_GT(testing::refused_wrong_types<Resources>(take(linux_part, "resources"), "resources"), 200);
  EXPECT_GT(testing::refused_wrong_types<Seccomp>(take(linux_part, "seccomp"), "seccomp"), 50);
  EXPECT_GT(testing::refused_wrong_types<Linux>(linux_part, "linux"), 200);
  EXPECT_GT(testing::refused_wrong_types<Process>(take(spec, "process"), "process"), 150);
  EXPECT_GT(testing::refused_wrong_types<Hooks>(take(spec, "hooks"), "hooks"), 100);
  EXPECT_GT(testing::refused_wrong_types<Spec>(spec, "config.json"), 50);
}

TEST(Spec, UnknownMembersSurviveOnEveryLevel) {
  auto json = Json::parse(testing::read_testdata("runtime_config.json"));
  int objects = 0;
  const auto mark = [&](const auto& self, Json& value) -> void {
    if (!value.is_structured()) return;
    for (auto& child : value) self(self, child);
    if (!value.is_object()) return;
    value["x-unknown"] = Json{{"a", Json::array({1, nullptr})}};
    ++objects;
  };
  // Not the maps of texts, in which there are no unknown members.
  const auto keep = json;
  mark(mark, json);
  for (const auto* at : {"/annotations", "/linux/sysctl", "/linux/resources/unified", "/linux/resources/rdma",
                         "/linux/netDevices", "/linux/timeOffsets"}) {
    json[Json::json_pointer(at)] = keep[Json::json_pointer(at)];
  }
  const auto spec = parse_spec(to_json_text(json));
  ASSERT_TRUE(spec) << spec.error().message();
  EXPECT_GT(objects, 40);
  EXPECT_EQ(to_json(*spec).dump(1), json.dump(1));
}

TEST(Process, IsReadOnItsOwnForExec) {
  const auto process = parse_process(R"({"cwd":"/","args":["sh"],"user":{"uid":1,"gid":2}})").value();
  EXPECT_EQ(process.user.gid, 2U);
  EXPECT_EQ(parse_process("{}").error().message(), "process.cwd: is missing");
}

TEST(Resources, AreReadOnTheirOwnForUpdate) {
  EXPECT_EQ(parse_resources(R"({"pids":{"limit":7}})").value().pids->limit, 7);
  EXPECT_EQ(parse_resources(R"({"pids":7})").error().message(),
            "resources.pids: expected an object, found number 7");
}

}  // namespace
}  // namespace corten::oci
