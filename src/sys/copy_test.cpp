#include "sys/copy.hpp"

#include <fcntl.h>

#include <vector>

#include "sys/file.hpp"
#include "sys/file_status.hpp"
#include "sys/memfd.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

struct Way {
  const char* name;
  Kernel kernel;
};

// Each way in turn must do the whole work.
constexpr Way kWays[] = {
    {"best", {}},
    {"copy_file_range", {.reflink = false}},
    {"sendfile", {.reflink = false, .copy_file_range = false}},
    {"read_write", {.reflink = false, .copy_file_range = false, .sendfile = false}},
};

class Copy : public testing::TestWithParam<Way> {
 protected:
  UniqueFd target(const char* name = "to") { return openat(dir_.fd(), name, O_RDWR | O_CREAT, 0644).value(); }
  UniqueFd source(const char* name = "from") { return openat(dir_.fd(), name, O_RDONLY).value(); }

  ScratchDir dir_;
};

TEST_P(Copy, CopiesAllBytesAndCutsWhatWasThere) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  dir_.write("from", text);
  dir_.write("to", std::string(700'000, 'o'));
  const auto copied = copy_file(source(), target(), GetParam().kernel);
  ASSERT_TRUE(copied) << copied.error().message();
  EXPECT_EQ(copied->size_bytes, text.size());
  EXPECT_EQ(dir_.read("to"), text);
}

TEST_P(Copy, KeepsHoles) {
  {
    const auto sparse = openat(dir_.fd(), "from", O_RDWR | O_CREAT, 0644).value();
    ASSERT_TRUE(pwrite_full(sparse, as_bytes("start"), 0));
    ASSERT_TRUE(pwrite_full(sparse, as_bytes("middle"), 2 * kMiB));
    ASSERT_TRUE(ftruncate(sparse, 4 * kMiB));
  }
  const auto to = target();
  const auto copied = copy_file(source(), to, GetParam().kernel);
  ASSERT_TRUE(copied) << copied.error().message();
  EXPECT_EQ(copied->size_bytes, 4 * kMiB);
  const auto status = fstat(to).value();
  EXPECT_EQ(status.size_bytes, 4 * kMiB);
  EXPECT_LT(status.allocated_bytes, kMiB / 2);
  EXPECT_EQ(dir_.read("to"), dir_.read("from"));
}

TEST_P(Copy, TakesEmptyFilesAndThoseThatClaimToBe) {
  dir_.write("from", "");
  dir_.write("to", "old");
  EXPECT_EQ(copy_file(source(), target(), GetParam().kernel).value().size_bytes, 0U);
  EXPECT_EQ(dir_.read("to"), "");
  const auto version = open("/proc/version", O_RDONLY).value();
  const auto copied = copy_file(version, target(), GetParam().kernel);
  ASSERT_TRUE(copied) << copied.error().message();
  EXPECT_TRUE(dir_.read("to").starts_with("Linux")) << dir_.read("to");
}

TEST_P(Copy, CopiesRangesToOtherOffsetsUpToTheEnd) {
  dir_.write("from", "0123456789");
  const auto to = target();
  EXPECT_EQ(copy_range(source(), 3, to, 1, 4, GetParam().kernel).value().size_bytes, 4U);
  EXPECT_EQ(copy_range(source(), 8, to, 5, 100, GetParam().kernel).value().size_bytes, 2U);
  EXPECT_EQ(dir_.read("to"), std::string("\0", 1) + "345689");
}

TEST_P(Copy, CrossesFileSystems) {
  dir_.write("from", "across");
  const auto memory = create_memfd("copy").value();
  EXPECT_EQ(copy_file(source(), memory, GetParam().kernel).value().size_bytes, 6U);
  ASSERT_TRUE(seek(memory, 0));
  EXPECT_EQ(read_all(memory, 100).value(), "across");
}

INSTANTIATE_TEST_SUITE_P(EachWay, Copy, testing::ValuesIn(kWays),
                         [](const auto& way) { return way.param.name; });

TEST(CopyMethod, IsTheOneAskedFor) {
  const ScratchDir dir;
  dir.write("from", "x");
  const auto from = openat(dir.fd(), "from", O_RDONLY).value();
  const auto to = openat(dir.fd(), "to", O_WRONLY | O_CREAT, 0644).value();
  EXPECT_EQ(copy_file(from, to, kWays[1].kernel).value().method, CopyMethod::copy_file_range);
  EXPECT_EQ(copy_file(from, to, kWays[2].kernel).value().method, CopyMethod::sendfile);
  EXPECT_EQ(copy_file(from, to, kWays[3].kernel).value().method, CopyMethod::read_write);
}

TEST(CopyErrors, ReportAnUnwritableTarget) {
  const ScratchDir dir;
  dir.write("from", "x");
  const auto from = openat(dir.fd(), "from", O_RDONLY).value();
  EXPECT_FALSE(copy_file(from, from));
}

TEST(Memfd, SealedCopiesCannotBeChanged) {
  const ScratchDir dir;
  dir.write("program", "#!/bin/true");
  const auto file = openat(dir.fd(), "program", O_RDONLY).value();
  const auto copy = sealed_copy_of(file, "program").value();
  EXPECT_EQ(read_all(copy, 100).value(), "#!/bin/true");
  EXPECT_TRUE(is_sealed(copy).value());
  EXPECT_EQ(pwrite_full(copy, as_bytes("x"), 0).error().kind(), Errc::permission_denied);
  EXPECT_EQ(ftruncate(copy, 0).error().kind(), Errc::permission_denied);
  EXPECT_FALSE(is_sealed(file).value());
  EXPECT_FALSE(is_sealed(create_memfd("open").value()).value());
}

}  // namespace
}  // namespace corten::sys
