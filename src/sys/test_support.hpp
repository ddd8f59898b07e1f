#pragma once

#include <functional>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

#include "sys/fd.hpp"
#include "sys/kernel.hpp"
#include "sys/path_arg.hpp"
#include "sys/temp.hpp"

/// What the tests of sys share. Needs no root and nothing but a writable TMPDIR.
namespace corten::sys::test {

/// Big trees go to memory (/dev/shm), if it can be written: disks of test machines are slow.
enum class Where { temporary, memory };

/// A directory in TMPDIR that is gone after the test.
class ScratchDir {
 public:
  explicit ScratchDir(Where where = Where::temporary);
  const UniqueFd& fd() const { return dir_.fd(); }
  /// The absolute path of something in it.
  std::string path(const std::string& name = "") const;

  void write(PathArg name, std::string_view text) const;
  std::string read(PathArg name) const;
  void mkdir(PathArg name) const;
  void symlink(PathArg target, PathArg name) const;
  bool has(PathArg name) const;

 private:
  TempDir dir_;
};

/// Runs a test body in a forked child, for what cannot be undone: namespaces, seccomp filters, closed
/// descriptors. The body returns "" for success, "skip: why", or what was wrong.
std::string run_in_child(const std::function<std::string()>& body);

/// In a child: new mount namespace with private mounts, with a user namespace first unless we are root.
/// "" or "skip: why".
std::string enter_private_mounts();

/// In a child: from here on these system calls fail with `err`. "" or "skip: why".
std::string deny_system_calls(std::initializer_list<long> numbers, int err);

/// How many descriptors this process has open.
int count_open_fds();

/// The message of an error, or "" for success: for bodies in children.
template <typename T>
std::string error_of(const Result<T>& result) {
  return result ? std::string() : result.error().message();
}

}  // namespace corten::sys::test

/// Passes, fails or skips the test by what run_in_child() said. Variadic, as lambdas and braces hold commas.
#define EXPECT_CHILD_PASSES(...)                                          \
  do {                                                                    \
    const auto outcome = ::corten::sys::test::run_in_child(__VA_ARGS__);  \
    if (outcome.starts_with("skip: ")) GTEST_SKIP() << outcome.substr(6); \
    EXPECT_EQ(outcome, "");                                               \
  } while (false)

/// In a child's body: give up with the message of a failed Result.
#define CHILD_TRY(...)                                                                             \
  do {                                                                                             \
    if (auto&& child_result = (__VA_ARGS__); !child_result) return child_result.error().message(); \
  } while (false)

/// In a child's body: give up unless the condition holds.
#define CHILD_CHECK(...)                                                                              \
  do {                                                                                                \
    if (!(__VA_ARGS__)) return std::string("line ") + std::to_string(__LINE__) + ": " + #__VA_ARGS__; \
  } while (false)
