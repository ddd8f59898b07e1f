#include "sys/id_map.hpp"

#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "sys/namespaces.hpp"
#include "sys/process.hpp"
#include "sys/subid.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

TEST(SubIds, FindsTheRangesOfAUserByNameAndNumber) {
  const auto* text = "other:1:1\nme:100000:65536\n# me:9:9\n\n1000:300000:10\nme:400000:1\n";
  EXPECT_EQ(parse_subids(text, "/etc/subuid", "me", 1000).value(),
            (std::vector<SubIdRange>{{100000, 65536}, {300000, 10}, {400000, 1}}));
  EXPECT_TRUE(parse_subids(text, "/etc/subuid", "nobody", 2).value().empty());
  EXPECT_TRUE(parse_subids("", "/etc/subuid", "me", 1000).value().empty());
  EXPECT_TRUE(parse_subids(":1:2\n", "/etc/subuid", "", 1000).value().empty());
}

TEST(SubIds, NamesTheBadLineUnlessItIsAnotherUsers) {
  EXPECT_TRUE(parse_subids("other:x\n", "/etc/subuid", "me", 1000));
  for (const char* bad : {"me", "me:", "me:1", "me:1:", "me:a:1", "me:1:-1", "me:1:2:3", "me:4294967296:1"}) {
    const auto parsed = parse_subids(std::string("# first\n") + bad, "/etc/subuid", "me", 1000);
    if (std::string_view(bad) == "me") {
      EXPECT_TRUE(parsed) << "no field at all: nobody's line";
      continue;
    }
    ASSERT_FALSE(parsed) << bad;
    EXPECT_TRUE(parsed.error().message().starts_with("/etc/subuid: line 2: expected")) << bad;
  }
  EXPECT_FALSE(parse_subids("me:1:0", "f", "me", 1));
  EXPECT_FALSE(parse_subids("me:4294967295:1", "f", "me", 1));
  EXPECT_TRUE(parse_subids("me:4294967294:1", "f", "me", 1));
}

TEST(IdMap, IsReadAsItIsWritten) {
  const std::vector<IdMapping> mappings{{0, 1000, 1}, {1, 100000, 65536}};
  EXPECT_EQ(format_id_map(mappings), "0 1000 1\n1 100000 65536\n");
  EXPECT_EQ(parse_id_map(format_id_map(mappings)).value(), mappings);
  EXPECT_EQ(parse_id_map("         0          0 4294967295\n").value(),
            (std::vector<IdMapping>{{0, 0, 4294967295}}));
  for (const char* bad : {"1 2", "1 2 3 4", "a 2 3", "1 2 4294967296"})
    EXPECT_FALSE(parse_id_map(bad)) << bad;
  EXPECT_FALSE(current_id_maps().value().uids.empty());
}

RC_GTEST_PROP(IdMap, AnyMapIsReadBack, (const std::vector<std::array<std::uint32_t, 3>>& lines)) {
  std::vector<IdMapping> mappings;
  mappings.reserve(lines.size());
  for (const auto& line : lines) mappings.push_back({line[0], line[1], line[2]});
  RC_ASSERT(parse_id_map(format_id_map(mappings)).value() == mappings);
}

TEST(IdMap, RefusesWhatTheKernelWould) {
  const auto problem = [](std::vector<IdMapping> mappings) {
    return test::error_of(check_id_mappings(mappings));
  };
  EXPECT_EQ(problem({{0, 1000, 1}, {1, 100000, 65536}}), "");
  EXPECT_EQ(problem({}), "id map: no ranges");
  EXPECT_EQ(problem({{0, 1, 0}}), "id map: an empty range at 0");
  EXPECT_EQ(problem({{5, 100, 5}, {0, 200, 6}}), "id map: two ranges inside share id 5");
  EXPECT_EQ(problem({{0, 100, 5}, {5, 104, 5}}), "id map: two ranges outside share id 104");
  EXPECT_EQ(problem({{2, 0, 4294967295}}), "id map: 4294967295 ids from 2 on are more than there are");
  EXPECT_NE(problem(std::vector<IdMapping>(341)), "");
}

TEST(UserNamespace, MapsOurOwnIdWithoutPrivileges) {
  const IdMaps maps{.uids = {{0, ::geteuid(), 1}}, .gids = {{0, ::getegid(), 1}}};
  const int before = test::count_open_fds();
  {
    const auto space = create_user_namespace(maps, IdMapWriter::direct);
    if (!space && space.error().kind() == Errc::permission_denied) GTEST_SKIP() << space.error().message();
    ASSERT_TRUE(space) << space.error().message();
    EXPECT_FALSE(same_namespace(*space, open_namespace("user").value()).value());
    EXPECT_CHILD_PASSES([&] {
      CHILD_TRY(setns(*space, CLONE_NEWUSER));
      const auto inside = current_id_maps().value();
      CHILD_CHECK(inside.uids.size() == 1 && inside.uids[0].inside == 0);
      CHILD_CHECK(::geteuid() == 0 && ::getegid() == 0);
      return std::string();
    });
  }
  EXPECT_EQ(test::count_open_fds(), before);
}

// The process that holds the namespace must not keep what other threads have open: each of two would wait for
// the other's.
TEST(UserNamespace, ThreadsMakeThemAtTheSameTime) {
  const IdMaps maps{.uids = {{0, ::geteuid(), 1}}, .gids = {{0, ::getegid(), 1}}};
  const auto first = create_user_namespace(maps, IdMapWriter::direct);
  if (!first && first.error().kind() == Errc::permission_denied) GTEST_SKIP() << first.error().message();
  const auto make_many = [&maps](std::string& problem) {
    for (int i = 0; i < 100 && problem.empty(); ++i) {
      problem = test::error_of(create_user_namespace(maps, IdMapWriter::direct));
    }
  };
  std::string problem;
  std::string other_problem;
  std::thread other([&] { make_many(other_problem); });
  make_many(problem);
  other.join();
  EXPECT_EQ(problem, "");
  EXPECT_EQ(other_problem, "");
}

TEST(UserNamespace, SaysWhatToInstallWithoutTheHelpers) {
  EXPECT_CHILD_PASSES([] {
    ::setenv("PATH", "/nowhere", 1);
    const IdMaps maps{.uids = {{0, 100000, 10}}, .gids = {{0, 100000, 10}}};
    const auto written = write_id_maps(::getpid(), maps, IdMapWriter::helpers);
    CHILD_CHECK(!written);
    CHILD_CHECK(written.error().kind() == Errc::failed_precondition);
    CHILD_CHECK(written.error().hint() == "apt install uidmap");
    return std::string();
  });
}

TEST(UserNamespace, ReportsTheRefusalOfTheHelpers) {
  if (!find_program("newuidmap")) GTEST_SKIP() << "newuidmap is not installed";
  // Ids that no /etc/subuid grants.
  const IdMaps maps{.uids = {{0, 4000000000, 10}}, .gids = {{0, 4000000000, 10}}};
  const auto space = create_user_namespace(maps, IdMapWriter::helpers);
  ASSERT_FALSE(space);
  if (space.error().errnum() != 0) GTEST_SKIP() << space.error().message();
  EXPECT_NE(space.error().message().find("'newuidmap' refused the id map"), std::string::npos)
      << space.error().message();
  EXPECT_NE(space.error().hint().find("/etc/subuid"), std::string::npos);
}

TEST(Namespaces, ReportFailures) {
  EXPECT_EQ(open_namespace("nonsense").error().kind(), Errc::not_found);
  EXPECT_EQ(setns(BorrowedFd(-1)).error().errnum(), EBADF);
}

}  // namespace
}  // namespace corten::sys
