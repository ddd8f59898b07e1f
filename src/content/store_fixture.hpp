#pragma once

#include <fcntl.h>

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "content/store.hpp"
#include "sys/file.hpp"
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
  void TearDown() override {
    const auto slash = path_.rfind('/');
    const auto parent = sys::open(path_.substr(0, slash), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(parent);
    EXPECT_TRUE(sys::remove_tree_at(*parent, path_.substr(slash + 1)));
  }

  Store open() const {
    auto store = Store::open(path_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(*store);
  }

  std::string path_;
};

}  // namespace corten::content
