#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace corten::codec::testing {

/// The bytes of a file; a relative path starts at testdata. The test fails if it cannot be read.
inline std::string load(const std::filesystem::path& path) {
  std::ifstream file(std::filesystem::path(CORTEN_TESTDATA_DIR) / path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace corten::codec::testing
