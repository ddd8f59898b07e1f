#include "seccomp/cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "seccomp/cache_entry.hpp"
#include "seccomp/canonical.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/test_support.hpp"

namespace corten::seccomp {
namespace {

using oci::SeccompAction;
using sys::test::ScratchDir;

oci::Seccomp sample() {
  return {.default_action = SeccompAction::allow,
          .syscalls = {{.names = {"getppid"}, .action = SeccompAction::return_errno}}};
}

std::vector<std::string> entries_of(const ScratchDir& scratch) {
  std::vector<std::string> names;
  const auto dir = sys::openat(scratch.fd(), "cache", O_RDONLY | O_DIRECTORY).value();
  const auto entries = sys::read_directory(dir).value();
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

// The entry with something done to its text.
template <typename Change>
void rewrite_entry(const ScratchDir& scratch, Change change) {
  const auto path = "cache/" + entries_of(scratch).at(0);
  auto text = scratch.read(path);
  change(text);
  scratch.write(path, text);
}

TEST(FilterCache, SecondTimeIsTheFirstFilterAgain) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  const auto first = cache.compile(sample()).value();
  ASSERT_EQ(entries_of(scratch).size(), 1U);
  EXPECT_EQ(cache.compile(sample()).value().program, first.program);
  EXPECT_EQ(compile(sample()).value().program, first.program);
  EXPECT_EQ(entries_of(scratch).size(), 1U);
}

TEST(FilterCache, UsesWhatItFinds) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  ASSERT_TRUE(cache.compile(sample()));
  rewrite_entry(scratch, [](std::string& text) {
    auto entry = decode(as_bytes(text)).value();
    entry.program = {1, 2, 3, 4, 5, 6, 7, 8};
    text = encode(entry);
  });
  EXPECT_EQ(cache.compile(sample())->program.size(), 8U);
}

TEST(FilterCache, CompilesAgainWhatIsDamaged) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  const auto first = cache.compile(sample()).value();
  const auto whole = scratch.read("cache/" + entries_of(scratch).at(0));
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    rewrite_entry(scratch,
                  [&](std::string& text) { text = whole, text[i] = static_cast<char>(text[i] ^ 1); });
    ASSERT_EQ(cache.compile(sample())->program, first.program) << "byte " << i;
  }
  rewrite_entry(scratch, [&](std::string& text) { text.clear(); });
  EXPECT_EQ(cache.compile(sample())->program, first.program);
  EXPECT_EQ(scratch.read("cache/" + entries_of(scratch).at(0)), whole);
}

TEST(FilterCache, CompilesAgainForAnotherLibrary) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  const auto first = cache.compile(sample()).value();
  rewrite_entry(scratch, [](std::string& text) {
    auto entry = decode(as_bytes(text)).value();
    entry.library_identity += "0";
    entry.program.clear();
    text = encode(entry);
  });
  EXPECT_EQ(cache.compile(sample())->program, first.program);
}

TEST(FilterCache, RefusesADirectoryThatOthersMayEnter) {
  const ScratchDir scratch;
  scratch.mkdir("cache");
  ASSERT_EQ(::chmod(scratch.path("cache").c_str(), 0750), 0);
  const auto cache = FilterCache::open(scratch.fd(), "cache");
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().kind(), Errc::permission_denied);
  scratch.symlink("cache", "link");
  EXPECT_FALSE(FilterCache::open(scratch.fd(), "link"));
  scratch.write("file", "");
  EXPECT_FALSE(FilterCache::open(scratch.fd(), "file"));
}

TEST(FilterCache, DoesNotGrowForEver) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  for (int i = 0; i < 200; ++i) scratch.write("cache/" + std::to_string(i), "");
  ASSERT_TRUE(cache.compile(sample()));
  EXPECT_EQ(entries_of(scratch).size(), 1U);
}

TEST(FilterCache, WorksWhenItCannotBeWritten) {
  const ScratchDir scratch;
  const auto cache = FilterCache::open(scratch.fd(), "cache").value();
  ASSERT_EQ(::rmdir(scratch.path("cache").c_str()), 0);
  EXPECT_TRUE(cache.compile(sample()));
}

oci::Seccomp any_profile() {
  const auto name = rc::gen::element<std::string>("read", "write", "open", "close", "getppid");
  const auto arch = rc::gen::element<std::string>("SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_X86_64");
  oci::Seccomp profile{.default_action =
                           *rc::gen::element(SeccompAction::allow, SeccompAction::return_errno)};
  profile.architectures = *rc::gen::container<std::vector<std::string>>(arch);
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    auto& rule = profile.syscalls.emplace_back();
    rule.names = *rc::gen::container<std::vector<std::string>>(name);
    rule.action = *rc::gen::element(SeccompAction::kill, SeccompAction::trace, SeccompAction::log);
    if (*rc::gen::arbitrary<bool>())
      rule.args = {{.index = *rc::gen::inRange<std::uint32_t>(0, 6), .value = 1}};
  }
  return profile;
}

RC_GTEST_PROP(Canonical, DoesNotSeeOrderAndRepetition, ()) {
  const auto profile = any_profile();
  auto other = profile;
  other.flags = {"SECCOMP_FILTER_FLAG_LOG"};
  other.listener_path = "/run/x";
  std::ranges::reverse(other.architectures);
  if (!other.architectures.empty()) other.architectures.push_back(other.architectures.front());
  for (auto& rule : other.syscalls) {
    std::ranges::reverse(rule.names);
    if (!rule.names.empty()) rule.names.push_back(rule.names.front());
  }
  RC_ASSERT(canonical_text(profile) == canonical_text(other));
}

RC_GTEST_PROP(Canonical, SeesEveryChangeOfARule, ()) {
  auto profile = any_profile();
  profile.syscalls.push_back(
      {.names = {"read"}, .action = SeccompAction::kill, .args = {{.index = 1, .value = 1}}});
  const auto before = canonical_text(profile);
  auto& rule = profile.syscalls.back();
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      rule.action = SeccompAction::return_errno;
      break;
    case 1:
      rule.names.emplace_back("write");
      break;
    case 2:
      rule.errno_ret = 1;
      break;
    case 3:
      rule.args[0].value = 2;
      break;
    case 4:
      rule.args[0].op = oci::SeccompOperator::gt;
      break;
    default:
      rule.args.clear();
      break;
  }
  RC_ASSERT(canonical_text(profile) != before);
}

RC_GTEST_PROP(CacheEntry, IsReadAsItWasWritten,
              (const std::string& library, std::vector<std::uint8_t> program)) {
  const CacheEntry entry{.library = library, .library_identity = "1:2", .program = std::move(program)};
  RC_ASSERT(decode(as_bytes(encode(entry))) == entry);
}

}  // namespace
}  // namespace corten::seccomp
