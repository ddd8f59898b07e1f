#pragma once

#include <fcntl.h>

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "snapshot/layer_for_test.hpp"
#include "snapshot/open.hpp"
#include "sys/test_support.hpp"

/// What every driver does. Instantiate with INSTANTIATE_TEST_SUITE_P(Name, SnapshotterSuite, Values(...)).
/// The cases are in snapshotter_suite*_test.cpp.
namespace corten::snapshot::test {

class SnapshotterSuite : public testing::TestWithParam<Driver> {
 protected:
  void SetUp() override;

  Snapshotter& snapshots() { return *snapshots_; }
  const sys::test::ScratchDir& scratch() const { return scratch_; }
  std::string store() const { return scratch_.path("store"); }

  LayerInfo add(const LayerTar& tar, std::uint64_t number, std::optional<std::uint64_t> parent = {});
  /// The message of the error with which the tar is refused.
  std::string refusal(const LayerTar& tar);

  /// What a merged view shows: mounts a new active snapshot on `top` in a child with mounts of its own and
  /// runs `look` with a descriptor of the mounted root. It says "" or what was wrong.
  using Look = std::function<std::string(sys::BorrowedFd root)>;
  void expect_view(std::uint64_t top, const Look& look, Access access = Access::read_write);

 private:
  sys::test::ScratchDir scratch_{sys::test::Where::memory};
  std::unique_ptr<Snapshotter> snapshots_;
  int views_ = 0;
};

/// One line for a file: "file 0644 0:0 'content'", "dir 0755 0:0", "link -> target", "none".
std::string describe(sys::BorrowedFd root, const std::string& path);

}  // namespace corten::snapshot::test

/// In a Look: give up unless the file is as described.
#define VIEW_IS(root, path, expected)                                                         \
  do {                                                                                        \
    if (const auto is = ::corten::snapshot::test::describe(root, path); is != (expected))     \
      return std::string("line ") + std::to_string(__LINE__) + ": '" + (path) + "' is " + is; \
  } while (false)
