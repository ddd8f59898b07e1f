#include "runtime/init_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "runtime/init_program.hpp"
#include "sys/directory.hpp"
#include "sys/file.hpp"
#include "sys/memfd.hpp"
#include "sys/names.hpp"
#include "sys/test_support.hpp"

namespace corten::runtime {
namespace {

using sys::test::ScratchDir;

std::string content_of(const sys::UniqueFd& program) {
  const auto file = sys::open(sys::proc_path(program), O_RDONLY).value();
  return sys::read_all(file, 1 << 26).value();
}

std::string_view whole() {
  const auto bytes = init_program();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Without the power to mount, or before kernel 5.12, it is sealed memory.
bool is_behind_mount(const sys::UniqueFd& program) {
  const auto sealed = sys::is_sealed(program);
  return !sealed || !*sealed;
}

void expect_that_nobody_can_write(const sys::UniqueFd& program) {
  const auto file = sys::open(sys::proc_path(program), O_WRONLY);
  if (!file) {
    EXPECT_EQ(file.error().errnum(), EROFS);
    return;
  }
  EXPECT_FALSE(sys::write_all(*file, as_bytes("x")));
}

TEST(InitFile, IsTheProgramAndCannotBeWritten) {
  const ScratchDir dir;
  for (const auto& place : {std::string(), dir.path("above/init")}) {
    const auto program = open_init_program(place).value();
    EXPECT_EQ(content_of(program), whole());
    expect_that_nobody_can_write(program);
    EXPECT_EQ(is_behind_mount(program), !place.empty() && ::geteuid() == 0);
  }
}

TEST(InitFile, IsWrittenOnceAndAgainWhenItIsShort) {
  const ScratchDir dir;
  const auto place = dir.path("init");
  (void)open_init_program(place).value();
  const auto names = sys::read_directory(sys::open_directory(dir.fd(), "init").value()).value();
  ASSERT_EQ(names.size(), 1U);
  const auto path = place + "/" + names[0].name;
  const auto first = sys::fstat(sys::open(path, O_PATH).value()).value();
  (void)open_init_program(place).value();
  EXPECT_TRUE(sys::fstat(sys::open(path, O_PATH).value()).value().same_file(first));
  ASSERT_EQ(::truncate(path.c_str(), 10), 0);
  EXPECT_EQ(content_of(open_init_program(place).value()), whole());
}

TEST(InitFile, ADirectoryThatOthersMayChangeIsNotUsed) {
  const ScratchDir dir;
  dir.mkdir("init");
  ASSERT_EQ(::chmod(dir.path("init").c_str(), 0770), 0);
  EXPECT_FALSE(is_behind_mount(open_init_program(dir.path("init")).value()));
  ASSERT_EQ(::symlink("init", dir.path("link").c_str()), 0);
  EXPECT_FALSE(is_behind_mount(open_init_program(dir.path("link")).value()));
}

TEST(InitFile, TheDigestIsThatOfTheProgram) {
  EXPECT_EQ(init_program_digest().size(), 64U);
  EXPECT_EQ(init_program_digest().find_first_not_of("0123456789abcdef"), std::string_view::npos);
}

}  // namespace
}  // namespace corten::runtime
