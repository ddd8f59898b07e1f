#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "base/env.hpp"

namespace corten::term {

/// Test support. Compares text with the file testdata/NAME of the test's module. With CORTEN_ACCEPT=1 in the
/// environment the file is written instead and the test reports SKIPPED, so that a run that accepts is never
/// taken for one that passes.
inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(CORTEN_TESTDATA_DIR) / name;
  if (find_nonempty_env("CORTEN_ACCEPT")) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary);
    out << text;
    out.close();
    ASSERT_TRUE(out.good()) << "cannot write " << path;
    GTEST_SKIP() << "accepted " << name;
  }
  std::ifstream in(path, std::ios::binary);
  ASSERT_TRUE(in.is_open()) << "no golden file " << path
                            << "; run with CORTEN_ACCEPT=1 and read what it wrote";
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(text, expected) << "differs from " << path << "; CORTEN_ACCEPT=1 rewrites it";
}

}  // namespace corten::term
