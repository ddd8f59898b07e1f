#include "cli/paths.hpp"

#include <filesystem>
#include <map>

#include <gtest/gtest.h>

namespace corten::cli {
namespace {

FindEnv environment(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Paths, RootHasSystemDirectories) {
  const auto paths = default_paths(0, environment({{"HOME", "/root"}, {"XDG_RUNTIME_DIR", "/run/user/0"}}));
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->root, "/var/lib/corten");
  EXPECT_EQ(paths->run_root, "/run/corten");
}

TEST(Paths, UsersHaveTheirOwn) {
  const auto paths =
      default_paths(1000, environment({{"HOME", "/home/a"}, {"XDG_RUNTIME_DIR", "/run/user/1000"}}));
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->root, "/home/a/.local/share/corten");
  EXPECT_EQ(paths->run_root, "/run/user/1000/corten");
}

TEST(Paths, DataHomeGoesBeforeHome) {
  const auto paths = default_paths(
      1000, environment({{"HOME", "/home/a"}, {"XDG_DATA_HOME", "/data/a"}, {"XDG_RUNTIME_DIR", "/r"}}));
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->root, "/data/a/corten");
}

TEST(Paths, RelativeVariablesAreIgnored) {
  const auto paths = default_paths(
      1000, environment({{"HOME", "/home/a"}, {"XDG_DATA_HOME", "data"}, {"XDG_RUNTIME_DIR", "/r"}}));
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->root, "/home/a/.local/share/corten");
}

TEST(Paths, SaysWhatToDoWithoutRuntimeDirectory) {
  const auto paths = default_paths(1000, environment({{"HOME", "/home/a"}}));
  ASSERT_FALSE(paths);
  EXPECT_EQ(paths.error().kind(), Errc::failed_precondition);
  EXPECT_EQ(paths.error().message(), "no place for sockets and mounts: XDG_RUNTIME_DIR is not set");
  EXPECT_NE(paths.error().hint().find("/run/user/1000"), std::string_view::npos);
  EXPECT_NE(paths.error().hint().find("--run-root"), std::string_view::npos);
}

TEST(Paths, SaysWhatToDoWithoutHome) {
  const auto paths = default_paths(1000, environment({{"XDG_RUNTIME_DIR", "/r"}, {"HOME", ""}}));
  ASSERT_FALSE(paths);
  EXPECT_NE(paths.error().message().find("HOME is not set to an absolute path"), std::string::npos);
  EXPECT_NE(paths.error().hint().find("--root"), std::string_view::npos);
}

TEST(Paths, EitherDirectoryCanBeAskedForAlone) {
  EXPECT_EQ(*choose_root({}, 1000, environment({{"HOME", "/home/a"}})), "/home/a/.local/share/corten");
  EXPECT_FALSE(choose_run_root({}, 1000, environment({{"HOME", "/home/a"}})));
  EXPECT_EQ(*choose_run_root({}, 1000, environment({{"XDG_RUNTIME_DIR", "/r"}})), "/r/corten");
  EXPECT_FALSE(choose_root({}, 1000, environment({{"XDG_RUNTIME_DIR", "/r"}})));
}

TEST(Paths, WhatTheUserNamedNeedsNoEnvironment) {
  const auto paths = choose_paths({.root = "/a/./b/../c/", .run_root = "rel"}, 1000, environment({}));
  ASSERT_TRUE(paths);
  EXPECT_EQ(paths->root, "/a/c");
  EXPECT_EQ(paths->run_root, (std::filesystem::current_path() / "rel").string());
}

TEST(Paths, EmptyNamesAreRefused) {
  const auto paths = choose_paths({.root = "", .run_root = "/r"}, 0, environment({}));
  ASSERT_FALSE(paths);
  EXPECT_EQ(paths.error().message(), "--root needs the name of a directory");
}

}  // namespace
}  // namespace corten::cli
