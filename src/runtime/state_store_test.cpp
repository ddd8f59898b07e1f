#include "runtime/state_store.hpp"

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "runtime/delete.hpp"
#include "runtime/start.hpp"
#include "runtime/state.hpp"
#include "runtime/status.hpp"
#include "sys/test_support.hpp"

namespace corten::runtime {
namespace {

class Store : public testing::Test {
 protected:
  ContainerDirectory make(const std::string& name, pid_t pid) {
    auto directory = StateStore(settings_.root).create(*ContainerId::parse(name));
    ContainerRecord record = {
        .id = name, .oci_version = "1.2.0", .bundle = "/", .rootfs = "/", .created_whole = true};
    if (pid > 0) record.process = *sys::identify_process(pid);
    EXPECT_TRUE(directory->save(record));
    return std::move(*directory);
  }

  oci::ContainerStatus status_of(const std::string& name) {
    return find_container(settings_.root, *ContainerId::parse(name))->status;
  }

  sys::test::ScratchDir scratch_;
  Settings settings_{.root = scratch_.path("state")};
};

TEST(ContainerIds, AreWhatADirectoryMayBeCalled) {
  for (const auto* good : {"a", "0", "A-b_c.d+e", "..."}) EXPECT_TRUE(ContainerId::parse(good)) << good;
  for (const auto* bad : {"", ".", "..", "a/b", "a b", "a\n", "\xc3\xa9"})
    EXPECT_FALSE(ContainerId::parse(bad));
  EXPECT_TRUE(ContainerId::parse(std::string(1024, 'x')));
  EXPECT_FALSE(ContainerId::parse(std::string(1025, 'x')));
}

TEST_F(Store, AnIdIsTakenOnce) {
  make("one", 0);
  const auto again = StateStore(settings_.root).create(*ContainerId::parse("one"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Errc::already_exists);
}

TEST_F(Store, ListsWhatIsThere) {
  EXPECT_TRUE(StateStore(settings_.root).list()->empty());
  make("b", 0);
  make("a", 0);
  const auto ids = StateStore(settings_.root).list();
  ASSERT_EQ(ids->size(), 2U);
}

TEST_F(Store, TheStatusIsFoundByLooking) {
  const auto running = make("running", ::getpid());
  EXPECT_EQ(status_of("running"), oci::ContainerStatus::running);
  const auto lock = running.lock();
  make("dead", 0);
  EXPECT_EQ(status_of("dead"), oci::ContainerStatus::stopped);
}

TEST_F(Store, OneThatIsBeingMadeIsKnownByItsLock) {
  const auto directory = StateStore(settings_.root).create(*ContainerId::parse("new"));
  {
    const auto lock = directory->lock();
    ASSERT_TRUE(lock);
    EXPECT_EQ(status_of("new"), oci::ContainerStatus::creating);
  }
  EXPECT_EQ(status_of("new"), oci::ContainerStatus::stopped);
}

TEST_F(Store, WhatADyingCommandLeftCanBeRemoved) {
  {
    const auto directory = StateStore(settings_.root).create(*ContainerId::parse("torn"));
  }
  const auto id = *ContainerId::parse("torn");
  const auto removed = remove(settings_, id, Removal::stopped_only);
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_EQ(state(settings_, id).error().kind(), Errc::not_found);
}

TEST_F(Store, ARunningOneIsNotRemovedNorStarted) {
  make("busy", ::getpid());
  const auto id = *ContainerId::parse("busy");
  EXPECT_EQ(remove(settings_, id, Removal::stopped_only).error().kind(), Errc::failed_precondition);
  EXPECT_EQ(start(settings_, id).error().kind(), Errc::failed_precondition);
}

TEST_F(Store, RemovingNothingByForceIsNoError) {
  const auto id = *ContainerId::parse("nothing");
  EXPECT_TRUE(remove(settings_, id, Removal::forced));
  EXPECT_EQ(remove(settings_, id, Removal::stopped_only).error().kind(), Errc::not_found);
}

}  // namespace
}  // namespace corten::runtime
