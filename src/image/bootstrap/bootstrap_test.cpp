#include "image/bootstrap/bootstrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/tar_reader.hpp"
#include "codec/tar_writer.hpp"
#include "image/bootstrap/release_file.hpp"
#include "image/bootstrap/rootfs_tar.hpp"

namespace corten::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ReleaseDate, IsRead) {
  const auto time = parse_release_date(
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nDate: Sat, 11 Nov 2023 10:03:32 "
      "UTC\n");
  ASSERT_TRUE(time) << time.error().message();
  EXPECT_EQ(format_rfc3339(*time), "2023-11-11T10:03:32Z");
}

TEST(ReleaseDate, ThatIsNoneIsRefused) {
  for (const auto* const text :
       {"", "Origin: x\n", "Date: yesterday\n", "Date: Sat, 31 Feb 2023 10:03:32 UTC\n",
        "Date: Sat, 11 Nov 2023 10:03:32 CET\n", "Date: Sat, 11 Nov 2023 10:03 UTC\n",
        "Date: Sat, 11 Nov 99999 10:03:32 UTC\n"}) {
    const auto time = parse_release_date(text);
    ASSERT_FALSE(time) << text;
    EXPECT_EQ(time.error().kind(), Errc::data_loss);
  }
}

TEST(BootstrapTarget, IsDistributionAndSuite) {
  const auto options = parse_bootstrap_target("debian:bookworm");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->distribution, "debian");
  EXPECT_EQ(options->suite, "bookworm");
  for (const auto* const text : {"debian", ":x", "debian:", "debian:-x", "debian:a b", "Debian:x"}) {
    EXPECT_FALSE(parse_bootstrap_target(text)) << text;
  }
}

TEST(BootstrapPlan, SaysTheCommand) {
  const auto plan = plan_bootstrap({.distribution = "debian",
                                    .suite = "bookworm",
                                    .mirrors = {"http://m.example/debian"},
                                    .packages = {"python3", "git"},
                                    .architecture = "armhf"});
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_THAT(plan->command, ElementsAre("mmdebstrap", "--format=tar", "--variant=minbase",
                                         "--architectures=armhf", "--include=git,python3", "bookworm", "-",
                                         "deb http://m.example/debian bookworm main"));
  EXPECT_EQ(oci::to_string(plan->platform), "linux/arm/v7");
  EXPECT_EQ(plan->name.familiar(), "debian:bookworm");
}

TEST(BootstrapPlan, RefusesWhatWouldBeAnotherArgument) {
  const BootstrapOptions good{
      .distribution = "debian", .suite = "bookworm", .mirrors = {"http://m.example/debian"}};
  auto options = good;
  options.packages = {"--hook-dir=/x"};
  EXPECT_FALSE(plan_bootstrap(options));
  options = good;
  options.packages = {""};
  EXPECT_FALSE(plan_bootstrap(options));
  options = good;
  options.variant = "custom";
  EXPECT_FALSE(plan_bootstrap(options));
  options = good;
  options.mirrors = {"http://m.example/debian bookworm main\ndeb http://evil.example"};
  EXPECT_FALSE(plan_bootstrap(options));
  options = good;
  options.mirrors = {"bookworm"};
  EXPECT_FALSE(plan_bootstrap(options));
  options = good;
  options.architecture = "x86";
  EXPECT_FALSE(plan_bootstrap(options));
}

struct Member {
  codec::TarEntry entry;
  std::string content = {};
};

std::string make_tar(const std::vector<Member>& members) {
  MemorySink out;
  codec::TarWriter tar(out, {.owner_names = codec::TarOwnerNames::keep});
  for (auto member : members) {
    member.entry.size = member.content.size();
    MemorySource body{std::string_view(member.content)};
    EXPECT_TRUE(tar.add(member.entry, body));
  }
  EXPECT_TRUE(tar.finish());
  return out.take();
}

std::string canonical(const std::string& tar, Timestamp latest) {
  MemorySource in{std::string_view(tar)};
  const auto source = canonical_rootfs(in, latest);
  MemorySink out;
  const auto copied = copy_stream(*source, out);
  EXPECT_TRUE(copied) << copied.error().message();
  return out.take();
}

std::vector<Member> read_tar(const std::string& tar) {
  MemorySource in{std::string_view(tar)};
  codec::TarReader reader(in);
  std::vector<Member> members;
  while (true) {
    auto entry = reader.next();
    EXPECT_TRUE(entry);
    if (!entry || !*entry) return members;
    MemorySink body;
    EXPECT_TRUE(copy_stream(reader.body(), body));
    members.push_back({.entry = std::move(**entry), .content = body.take()});
  }
}

constexpr auto kDirectory = codec::TarType::directory;

TEST(RootfsTar, LeavesOutWhatDiffersBetweenRuns) {
  const auto tar = make_tar({{.entry = {.name = "./", .type = kDirectory}},
                             {.entry = {.name = "./dev/", .type = kDirectory}},
                             {.entry = {.name = "./dev/null", .type = codec::TarType::char_device}},
                             {.entry = {.name = "./etc/hostname"}, .content = "host\n"},
                             {.entry = {.name = "./etc/hosts"}, .content = "x"},
                             {.entry = {.name = "./etc/machine-id"}, .content = "abc\n"},
                             {.entry = {.name = "./etc/resolv.conf"}, .content = "nameserver\n"},
                             {.entry = {.name = "./var/lib/apt/lists/lock"}},
                             {.entry = {.name = "./var/lib/apt/lists/partial/", .type = kDirectory}},
                             {.entry = {.name = "./var/log/apt/", .type = kDirectory}},
                             {.entry = {.name = "./var/log/apt/history.log"}, .content = "today\n"}});
  std::vector<std::string> names;
  for (const auto& member : read_tar(canonical(tar, {.seconds = 100}))) {
    names.push_back(member.entry.name);
    if (member.entry.name == "etc/machine-id") {
      EXPECT_EQ(member.content, "");
    }
  }
  EXPECT_THAT(names, ElementsAre("./", "dev/", "etc/hosts", "etc/machine-id", "var/lib/apt/lists/partial/",
                                 "var/log/apt/"));
}

TEST(RootfsTar, KeepsContentsAndClampsTimes) {
  const std::string large(300'000, 'x');
  const auto tar = make_tar(
      {{.entry = {.name = "./old", .mode = 04755, .uid = 1, .mtime = {.seconds = 50}, .user_name = "daemon"},
        .content = large},
       {.entry = {.name = "./new", .mtime = {.seconds = 5000}}},
       {.entry = {.name = "./link", .type = codec::TarType::hard_link, .link_target = "./old"}},
       {.entry = {.name = "./soft", .type = codec::TarType::symlink, .link_target = "./old"}}});
  const auto members = read_tar(canonical(tar, {.seconds = 100}));
  ASSERT_EQ(members.size(), 4U);
  EXPECT_EQ(members[0].content, large);
  EXPECT_EQ(members[0].entry.mode, 04755U);
  EXPECT_EQ(members[0].entry.uid, 1U);
  EXPECT_EQ(members[0].entry.user_name, "");
  EXPECT_EQ(members[0].entry.mtime.seconds, 50);
  EXPECT_EQ(members[1].entry.mtime.seconds, 100);
  EXPECT_EQ(members[2].entry.link_target, "old");
  EXPECT_EQ(members[3].entry.link_target, "./old");
}

TEST(RootfsTar, IsTheSameWhenDoneAgain) {
  const auto tar = make_tar({{.entry = {.name = "./a", .mtime = {.seconds = 7}}, .content = "1"},
                             {.entry = {.name = "./b/", .type = kDirectory}}});
  const auto once = canonical(tar, {.seconds = 3});
  EXPECT_EQ(canonical(once, {.seconds = 3}), once);
}

TEST(RootfsTar, PassesDamageOn) {
  const auto tar = make_tar({{.entry = {.name = "./a"}, .content = std::string(5000, 'x')}});
  const auto cut_short = tar.substr(0, 2000);
  MemorySource in{std::string_view(cut_short)};
  const auto source = canonical_rootfs(in, {});
  MemorySink out;
  const auto copied = copy_stream(*source, out);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().kind(), Errc::data_loss);
}

}  // namespace
}  // namespace corten::image
