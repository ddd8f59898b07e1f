#include "content/lease.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "content/gc.hpp"
#include "content/store_fixture.hpp"
#include "sys/directory.hpp"

namespace corten::content {
namespace {

GcResult collect(const Store& store, const GcOptions& options) {
  const auto no_roots = [] { return Result<std::vector<oci::Descriptor>>(); };
  auto result = collect_garbage(store, no_roots, options);
  EXPECT_TRUE(result) << result.error().message();
  return std::move(*result);
}

constexpr GcOptions kAtOnce{.keep_dead_leases = std::chrono::seconds{0},
                            .keep_ingests = std::chrono::seconds{0}};

TEST_F(StoreTest, ALeaseKeepsBlobsThatComeAfterIt) {
  const auto store = open();
  {
    auto lease = Lease::create(store).value();
    EXPECT_EQ(lease.hold(digest_of("later")).value(), std::nullopt);
    ASSERT_TRUE(store.put("later"));
    ASSERT_TRUE(store.put("unheld"));
    EXPECT_EQ(collect(store, kAtOnce).removed.size(), 1U);
    EXPECT_TRUE(lease.hold(digest_of("later")).value());
  }
  EXPECT_EQ(collect(store, kAtOnce).removed.size(), 1U);
  EXPECT_TRUE(store.list().value().empty());
}

// A full disk, played by a limit on the size of files.
void hold_with_little_space(Lease& lease, rlim_t max_bytes) {
  (void)::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{.rlim_cur = max_bytes, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  EXPECT_FALSE(lease.hold(digest_of("too much")));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
}

TEST_F(StoreTest, ALineThatWasCutShortHidesNoOther) {
  const auto store = open();
  ASSERT_TRUE(store.put("held"));
  auto lease = Lease::create(store).value();
  hold_with_little_space(lease, 10);
  ASSERT_TRUE(lease.hold(digest_of("held")).value());
  EXPECT_TRUE(collect(store, kAtOnce).removed.empty());
}

std::string lease_path(const std::string& store) {
  const auto directory = sys::open(store + "/leases", O_RDONLY | O_DIRECTORY).value();
  const auto entries = sys::read_directory(directory).value();
  EXPECT_EQ(entries.size(), 1U);
  return store + "/leases/" + entries.at(0).name;
}

TEST_F(StoreTest, ADigestIsWrittenDownOnce) {
  const auto store = open();
  const auto digest = store.put("held").value();
  auto lease = Lease::create(store).value();
  ASSERT_TRUE(lease.hold(digest).value());
  const auto size = std::filesystem::file_size(lease_path(path_));
  ASSERT_TRUE(lease.hold(digest).value());
  EXPECT_EQ(std::filesystem::file_size(lease_path(path_)), size);
  EXPECT_TRUE(collect(store, kAtOnce).removed.empty());
}

TEST_F(StoreTest, ALeaseMayHoldAnyNumberOfBlobs) {
  const auto store = open();
  ASSERT_TRUE(store.put("first"));
  ASSERT_TRUE(store.put("last"));
  auto lease = Lease::create(store).value();
  ASSERT_TRUE(lease.hold(digest_of("first")));
  const std::size_t many = std::size_t{20} * 1024 * 1024;
  {
    const auto file = sys::open(lease_path(path_), O_WRONLY | O_APPEND).value();
    ASSERT_TRUE(sys::write_all(file, as_bytes(std::string(many, 'x'))));
    ASSERT_TRUE(sys::write_all(file, as_bytes("\n" + digest_of("last").to_string() + "\n")));
  }
  EXPECT_TRUE(collect(store, kAtOnce).removed.empty());
}

// In a child that ends as by kill -9: no destructor runs.
void hold_and_die(const Store& store, Lease::AfterDeath after_death) {
  const auto child = ::fork();
  if (child == 0) {
    auto lease = Lease::create(store, after_death);
    const bool held = lease && lease->hold(digest_of("kept"));
    ::_exit(held ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
}

TEST_F(StoreTest, ADeadLeaseCountsForAWhile) {
  const auto store = open();
  ASSERT_TRUE(store.put("kept"));
  hold_and_die(store, Lease::AfterDeath::keep);
  EXPECT_TRUE(collect(store, {}).removed.empty());
  EXPECT_EQ(collect(store, kAtOnce).removed.size(), 1U);
}

TEST_F(StoreTest, ADeadLeaseThatNobodyGoesOnWithCountsNoMore) {
  const auto store = open();
  ASSERT_TRUE(store.put("kept"));
  hold_and_die(store, Lease::AfterDeath::forget);
  auto living = Lease::create(store, Lease::AfterDeath::forget).value();
  ASSERT_TRUE(store.put("living"));
  ASSERT_TRUE(living.hold(digest_of("living")));
  EXPECT_EQ(collect(store, {}).removed.size(), 1U);
  EXPECT_TRUE(store.find(digest_of("living")).value());
}

}  // namespace
}  // namespace corten::content
