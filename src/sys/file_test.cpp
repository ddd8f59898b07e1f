#include "sys/file.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

#include <cerrno>

#include "sys/atomic_write.hpp"
#include "sys/directory.hpp"
#include "sys/disk_space.hpp"
#include "sys/fd_stream.hpp"
#include "sys/names.hpp"
#include "sys/pipe.hpp"
#include "sys/test_support.hpp"

namespace corten::sys {
namespace {

using test::ScratchDir;

TEST(Open, IsAlwaysCloexecAndNamesTheFileInErrors) {
  const auto fd = open("/dev/null", O_RDONLY).value();
  EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
  const auto missing = open("/no/such", O_RDONLY);
  EXPECT_EQ(missing.error().message(), "opening '/no/such': No such file or directory");
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
}

TEST(Open, RefusesANameWithANul) {
  const ScratchDir dir;
  dir.write("a", "secret");
  EXPECT_EQ(openat(dir.fd(), std::string("a\0b", 3), O_RDONLY).error().errnum(), ENOENT);
  EXPECT_FALSE(unlinkat(dir.fd(), std::string("a\0", 2)));
  EXPECT_TRUE(dir.has("a"));
}

TEST(ReadAll, ReadsFilesThatClaimToBeEmptyAndStopsAtTheCap) {
  const auto text = read_file(BorrowedFd::cwd(), "/proc/self/status", 1 << 20);
  EXPECT_NE(text->find("Pid:"), std::string::npos);
  const ScratchDir dir;
  dir.write("ten", "0123456789");
  EXPECT_EQ(read_file(dir.fd(), "ten", 10).value(), "0123456789");
  const auto capped = read_file(dir.fd(), "ten", 9);
  EXPECT_EQ(capped.error().kind(), Errc::failed_precondition);
  EXPECT_EQ(capped.error().message(), "reading 'ten': more than 9 bytes, the cap for this file");
}

TEST(FileSource, SkipsToTheEndAndNotBeyond) {
  const ScratchDir dir;
  dir.write("ten", "0123456789");
  const auto fd = openat(dir.fd(), "ten", O_RDONLY).value();
  FileSource source(fd);
  EXPECT_EQ(source.skip(8).value(), 8U);
  std::uint8_t byte = 0;
  EXPECT_EQ(source.read({&byte, 1}).value(), 1U);
  EXPECT_EQ(byte, '8');
  EXPECT_EQ(source.skip(~0ULL).value(), 1U);
  EXPECT_EQ(source.read({&byte, 1}).value(), 0U);
  EXPECT_EQ(source.skip(1).value(), 0U);
}

TEST(ReadAndWrite, WorkAtOffsetsBeyondTheEnd) {
  const ScratchDir dir;
  const auto fd = openat(dir.fd(), "f", O_RDWR | O_CREAT, 0600).value();
  ASSERT_TRUE(pwrite_full(fd, as_bytes("xyz"), 5));
  std::string buffer(10, '?');
  const MutableBytes bytes(reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size());
  EXPECT_EQ(pread_full(fd, bytes, 4).value(), 4U);
  EXPECT_EQ(buffer.substr(0, 4), std::string("\0xyz", 4));
  EXPECT_EQ(pread_full(fd, bytes, ~0ULL).error().kind(), Errc::invalid_argument);
  ASSERT_TRUE(ftruncate(fd, 2));
  EXPECT_EQ(fstat(fd).value().size_bytes, 2U);
  EXPECT_TRUE(fsync(fd));
  EXPECT_TRUE(fdatasync(fd));
  EXPECT_TRUE(syncfs(fd));
  const auto allocated = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4096);
  EXPECT_TRUE(allocated || allocated.error().kind() == Errc::unsupported);
}

TEST(Reopen, TurnsAPathDescriptorIntoAReadableOne) {
  const ScratchDir dir;
  dir.write("f", "text");
  const auto path = openat(dir.fd(), "f", O_PATH).value();
  EXPECT_EQ(read_all(path, 10).error().errnum(), EBADF);
  EXPECT_EQ(read_all(reopen(path, O_RDONLY).value(), 10).value(), "text");
}

TEST(Status, TellsTypesModesAndTimes) {
  const ScratchDir dir;
  dir.write("f", "text");
  dir.symlink("f", "l");
  ASSERT_TRUE(fchmodat(dir.fd(), "f", 04751));
  ASSERT_TRUE(utimensat(dir.fd(), "f", {.accessed = {}, .modified = Timestamp{-5, 250}}));
  const auto file = fstatat(dir.fd(), "f").value();
  EXPECT_TRUE(file.is_regular());
  EXPECT_EQ(file.permissions, 04751U);
  EXPECT_EQ(file.size_bytes, 4U);
  EXPECT_EQ(file.modified, (Timestamp{-5, 250}));
  EXPECT_TRUE(fstatat(dir.fd(), "l").value().is_symlink());
  EXPECT_TRUE(fstatat(dir.fd(), "l", Symlinks::follow).value().same_file(file));
  EXPECT_FALSE(find_status(dir.fd(), "none").value());
  const auto null = fstatat(BorrowedFd::cwd(), "/dev/null").value();
  EXPECT_EQ(null.type, FileType::character_device);
  EXPECT_EQ(null.special_device, (DeviceNumber{1, 3}));
}

TEST(Status, ChangesSymlinksThemselves) {
  const ScratchDir dir;
  dir.write("f", "");
  dir.symlink("f", "l");
  const auto before = fstatat(dir.fd(), "f").value();
  ASSERT_TRUE(utimensat(dir.fd(), "l", {.accessed = {}, .modified = Timestamp{7, 0}}));
  EXPECT_EQ(fstatat(dir.fd(), "l").value().modified, (Timestamp{7, 0}));
  EXPECT_EQ(fchmodat(dir.fd(), "l", 0777).error().kind(), Errc::unsupported);
  EXPECT_TRUE(fchownat(dir.fd(), "l", kUnchangedId, kUnchangedId));
  EXPECT_EQ(fstatat(dir.fd(), "f").value().modified, before.modified);
  EXPECT_EQ(fstatat(dir.fd(), "f").value().permissions, before.permissions);
}

TEST(Names, LinkRenameAndRemove) {
  const ScratchDir dir;
  dir.write("a", "A");
  dir.write("b", "B");
  ASSERT_TRUE(linkat(dir.fd(), "a", dir.fd(), "a2"));
  EXPECT_EQ(fstatat(dir.fd(), "a").value().link_count, 2U);
  EXPECT_EQ(renameat(dir.fd(), "a", dir.fd(), "b", RenameMode::no_replace).error().kind(),
            Errc::already_exists);
  ASSERT_TRUE(renameat(dir.fd(), "a", dir.fd(), "b", RenameMode::exchange));
  EXPECT_EQ(dir.read("a") + dir.read("b"), "BA");
  ASSERT_TRUE(renameat(dir.fd(), "a", dir.fd(), "b"));
  EXPECT_EQ(dir.read("b"), "B");
  EXPECT_EQ(unlinkat(dir.fd(), "a").error().kind(), Errc::not_found);
}

TEST(Names, LinksKeepTheirTargetWhole) {
  const ScratchDir dir;
  const std::string target(4000, 't');
  dir.symlink(target, "l");
  EXPECT_EQ(readlinkat(dir.fd(), "l").value(), target);
  EXPECT_EQ(readlink(openat(dir.fd(), "l", O_PATH | O_NOFOLLOW).value()).value(), target);
}

TEST(Names, MakeSpecialFiles) {
  const ScratchDir dir;
  ASSERT_TRUE(mknodat(dir.fd(), "fifo", FileType::fifo, 0600));
  EXPECT_EQ(fstatat(dir.fd(), "fifo").value().type, FileType::fifo);
  EXPECT_EQ(mknodat(dir.fd(), "d", FileType::directory, 0700).error().kind(), Errc::invalid_argument);
}

TEST(EnsureDirectory, MakesParentsOnceAndRefusesFiles) {
  const ScratchDir dir;
  EXPECT_TRUE(ensure_directory(dir.fd(), "a/b//c/", 0755));
  EXPECT_TRUE(ensure_directory(dir.fd(), "a/b/c", 0755));
  EXPECT_TRUE(fstatat(dir.fd(), "a/b/c").value().is_directory());
  EXPECT_TRUE(ensure_directory(BorrowedFd::cwd(), dir.path("x/y"), 0755));
  dir.write("file", "");
  EXPECT_EQ(ensure_directory(dir.fd(), "file", 0755).error().errnum(), ENOTDIR);
  EXPECT_EQ(ensure_directory(dir.fd(), "file/sub", 0755).error().errnum(), ENOTDIR);
  EXPECT_FALSE(ensure_directory(dir.fd(), "", 0755));
}

TEST(Directory, ReadsManyEntriesSorted) {
  const ScratchDir dir(test::Where::memory);
  for (int i = 0; i < 2000; ++i) dir.write(fmt::format("entry-with-a-longer-name-{:05}", 1999 - i), "");
  dir.mkdir("zdir");
  const auto entries = read_directory(dir.fd()).value();
  ASSERT_EQ(entries.size(), 2001U);
  EXPECT_EQ(entries.front().name, "entry-with-a-longer-name-00000");
  EXPECT_EQ(entries.back().name, "zdir");
  EXPECT_EQ(entries.back().type, FileType::directory);
  EXPECT_EQ(read_directory(dir.fd()).value().size(), 2001U) << "starts again";
  EXPECT_EQ(read_directory(dir.fd(), 2000).error().kind(), Errc::failed_precondition);
}

TEST(AtomicWrite, ReplacesWithTheExactModeAndLeavesNothing) {
  const ScratchDir dir;
  dir.write("f", "old");
  for (const auto durability : {Durability::none, Durability::content, Durability::content_and_name}) {
    ASSERT_TRUE(write_file_atomically(dir.fd(), "f", as_bytes("new"), 0666, durability));
  }
  EXPECT_EQ(dir.read("f"), "new");
  EXPECT_EQ(fstatat(dir.fd(), "f").value().permissions, 0666U);
  EXPECT_EQ(read_directory(dir.fd()).value().size(), 1U);
}

TEST(AtomicWrite, FlushesADirectoryThatIsOnlyAPathOrTheCurrentOne) {
  const ScratchDir dir;
  EXPECT_CHILD_PASSES([&] {
    const auto path = openat(dir.fd(), ".", O_PATH | O_DIRECTORY).value();
    CHILD_TRY(write_file_atomically(path, "f", as_bytes("1"), 0644, Durability::content_and_name));
    CHILD_CHECK(::fchdir(dir.fd().get()) == 0);
    CHILD_TRY(
        write_file_atomically(BorrowedFd::cwd(), "g", as_bytes("2"), 0644, Durability::content_and_name));
    CHILD_CHECK(dir.read("f") == "1" && dir.read("g") == "2");
    return std::string();
  });
}

TEST(AtomicWrite, KeepsTheOldOneOnFailure) {
  const ScratchDir dir;
  dir.mkdir("f");
  EXPECT_FALSE(write_file_atomically(dir.fd(), "f", as_bytes("new"), 0644, Durability::none));
  EXPECT_EQ(read_directory(dir.fd()).value().size(), 1U);
  const std::string longest(255, 'n');
  EXPECT_TRUE(write_file_atomically(dir.fd(), longest, as_bytes("x"), 0644, Durability::none));
}

TEST(DiskSpace, IsThatOfTheFileSystemOfTheDescriptor) {
  const ScratchDir dir;
  const auto space = find_disk_space(dir.fd()).value();
  EXPECT_GT(space.total_bytes, 0U);
  EXPECT_LE(space.available_bytes, space.total_bytes);
  EXPECT_FALSE(find_disk_space(BorrowedFd(-1)));
}

TEST(FdStream, CarriesBytesThroughAPipe) {
  auto pipe = create_pipe().value();
  FdSink sink(pipe.writer);
  ASSERT_TRUE(sink.write(as_bytes("through")));
  ASSERT_TRUE(sink.finish());
  pipe.writer.reset();
  FdSource source(pipe.reader);
  MemorySink all;
  EXPECT_EQ(copy_stream(source, all).value(), 7U);
  EXPECT_EQ(all.text(), "through");
}

}  // namespace
}  // namespace corten::sys
