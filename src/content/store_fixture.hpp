#pragma once

#include <string>

#include <gtest/gtest.h>

#include "content/store.hpp"
#include "sys/remove_tree.hpp"

namespace corten::content {

/// A store of its own for every test, removed at the end.
class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "corten-content-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  void TearDown() override { EXPECT_TRUE(sys::remove_tree_at(sys::BorrowedFd::cwd(), path_)); }

  Store open() const {
    auto store = Store::open(path_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(*store);
  }

  std::string path_;
};

}  // namespace corten::content
