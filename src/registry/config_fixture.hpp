#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "sys/file.hpp"
#include "sys/remove_tree.hpp"

namespace corten::registry {

/// A directory of its own for every test, removed at the end.
class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "corten-registry-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    const auto slash = directory_.rfind('/');
    const auto parent = sys::open(directory_.substr(0, slash), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(parent);
    EXPECT_TRUE(sys::remove_tree_at(*parent, directory_.substr(slash + 1)));
  }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }

  std::string write(const std::string& name, std::string_view text, mode_t mode = 0600) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
    EXPECT_EQ(::chmod(path(name).c_str(), mode), 0);
    return path(name);
  }

  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  mode_t mode(const std::string& name) const {
    struct stat status{};
    EXPECT_EQ(::stat(path(name).c_str(), &status), 0) << name;
    return status.st_mode & 07777;
  }

  std::string directory_;
};

/// "" for success, else the message.
template <typename ResultT>
std::string error_of(const ResultT& result) {
  return result ? "" : result.error().message();
}

}  // namespace corten::registry
