#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"
#include "codec/testing_files.hpp"

// GNU tar and bsdtar against our writer and reader. Each program is skipped, saying so, where it is missing.
namespace corten::codec {
namespace {

namespace fs = std::filesystem;
using testing::kKeepAll;
using testing::load;
using testing::WriteEntry;

// A directory that goes with the test. Test code: nobody races it.
class WorkDir {
 public:
  WorkDir() {
    std::string name = (fs::temp_directory_path() / "corten-tar-XXXXXX").string();
    path_ = ::mkdtemp(name.data()) != nullptr ? name : "";
    EXPECT_FALSE(path_.empty());
  }
  WorkDir(const WorkDir&) = delete;
  WorkDir& operator=(const WorkDir&) = delete;
  ~WorkDir() {
    std::error_code ignored;
    for (const auto& entry : fs::recursive_directory_iterator(path_, ignored)) {
      if (entry.is_directory() && !entry.is_symlink()) fs::permissions(entry, fs::perms::owner_all, ignored);
    }
    fs::remove_all(path_, ignored);  // NOLINT(bugprone-unsafe-functions)
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Output {
  int status = -1;
  std::string text;  // standard output and error together
};

// Runs a program in the C locale and UTC. Status 127: it is not there.
Output run(std::vector<std::string> args) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  std::vector<char*> argv;
  argv.reserve(args.size() + 1);
  for (auto& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  std::array<std::string, 3> variables{"LC_ALL=C", "TZ=UTC", "PATH=/usr/bin:/bin"};
  std::array<char*, 4> environment{variables[0].data(), variables[1].data(), variables[2].data(), nullptr};
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Output output;
  std::array<char, 4096> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    output.text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  if (failed != 0) return {.status = 127, .text = "no such program"};
  int status = 0;
  ::waitpid(pid, &status, 0);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

void save(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

// The tool under test: "tar" must be GNU's.
class TarDifferential : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto version = run({tool(), "--version"});
    const auto wanted = tool() == "tar" ? "GNU tar" : "bsdtar";
    if (version.status != 0 || !version.text.contains(wanted)) GTEST_SKIP() << wanted << " is not installed";
  }
  const std::string& tool() const { return GetParam(); }
  bool is_gnu() const { return tool() == "tar"; }

  WorkDir work_;
};

constexpr Timestamp kTime{.seconds = 1'577'934'245};  // 2020-01-02 03:04:05

TarEntry entry(std::string name, TarType type = TarType::regular) {
  return {.name = std::move(name), .type = type, .mode = 0644, .uid = 1000, .gid = 1001, .mtime = kTime};
}

WriteEntry file(std::string name, std::string body) {
  auto out = entry(std::move(name));
  out.size = body.size();
  return {.entry = out, .body = std::move(body)};
}

// What every tool must see in the same way.
std::vector<WriteEntry> sample() {
  std::vector<WriteEntry> entries;
  entries.push_back({.entry = entry("dir/", TarType::directory), .body = {}});
  entries.back().entry.mode = 0755;
  entries.push_back(file("dir/file", "hello\n"));
  entries.push_back(file("dir/" + std::string(98, 'a') + "/" + std::string(99, 'b'), "ustar prefix"));
  entries.push_back(file("dir/" + std::string(180, 'c'), "pax path"));
  entries.push_back(file("dir/bytes-\xff\xfe", "bytes"));
  entries.push_back(file("dir/" + std::string(180, 'd') + "\xff", "bytes in pax"));
  entries.push_back(file("dir/two-blocks", std::string(700, 'x')));
  entries.push_back(file("dir/empty", ""));
  auto hard = entry("dir/hard", TarType::hard_link);
  hard.link_target = "dir/file";
  entries.push_back({.entry = hard, .body = {}});
  auto soft = entry("dir/soft", TarType::symlink);
  soft.mode = 0777;
  soft.link_target = std::string(150, 't');
  entries.push_back({.entry = soft, .body = {}});
  entries.push_back({.entry = entry("dir/pipe", TarType::fifo), .body = {}});
  auto old = file("dir/old", "before 1970");
  old.entry.mtime = {.seconds = -86400};
  entries.push_back(old);
  auto owned = file("dir/owned", "of a large uid");
  owned.entry.uid = 4294967294;
  entries.push_back(owned);
  auto with_xattr = file("dir/xattr", "with an attribute");
  with_xattr.entry.xattrs = {{"user.note", std::string("\0\xff=\n", 4)}};
  entries.push_back(with_xattr);
  return entries;
}

// "-rw-r--r--", as ls shows it.
std::string mode_text(const TarEntry& of) {
  constexpr std::string_view kTypes = "-hlcbdp";  // in the order of TarType
  std::string text(1, kTypes[static_cast<std::size_t>(of.type)]);
  for (unsigned bit = 9; bit-- > 0;) text += (of.mode >> bit & 1U) != 0 ? "xwr"[bit % 3] : '-';
  return text;
}

// GNU tar escapes bytes that are not text; bsdtar does too, in the C locale.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x80 ? std::string(1, c) : fmt::format("\\{:o}", byte);
  }
  return out;
}

TEST_P(TarDifferential, ListsWhatWeWrote) {
  const auto entries = sample();
  const auto archive = work_.path() / "ours.tar";
  save(archive, testing::write_archive(entries).value());
  const auto listed = is_gnu() ? run({tool(), "-tvf", archive, "--full-time", "--numeric-owner"})
                               : run({tool(), "-tvf", archive, "--numeric-owner"});
  EXPECT_EQ(listed.status, 0) << listed.text;
  std::vector<std::string> lines;
  for (const auto line : split(trim(listed.text), '\n')) {
    // GNU tar tells of a record that only others need: names that are not UTF-8.
    if (!line.contains("'hdrcharset'")) lines.emplace_back(line);
  }
  ASSERT_EQ(lines.size(), entries.size()) << listed.text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& expected = entries[i].entry;
    EXPECT_THAT(lines[i], ::testing::HasSubstr(" " + escaped(expected.name)));
    // bsdtar shows a hard link as the file that it is.
    if (is_gnu() || expected.type != TarType::hard_link) {
      EXPECT_TRUE(lines[i].starts_with(mode_text(expected))) << lines[i];
    }
    EXPECT_THAT(lines[i], ::testing::HasSubstr(fmt::format("{}", expected.uid)));
    if (expected.type == TarType::regular) {
      EXPECT_THAT(lines[i], ::testing::HasSubstr(fmt::format(" {} ", expected.size)));
    }
    if (is_gnu()) {
      const auto date = expected.mtime == kTime ? "2020-01-02 03:04:05" : "1969-12-31 00:00:00";
      EXPECT_THAT(lines[i], ::testing::HasSubstr(date));
    }
    if (!expected.link_target.empty()) {
      EXPECT_TRUE(lines[i].ends_with(expected.link_target)) << lines[i];
    }
  }
}

TEST_P(TarDifferential, ExtractsWhatWeWrote) {
  const auto entries = sample();
  const auto archive = work_.path() / "ours.tar";
  save(archive, testing::write_archive(entries).value());
  const auto out = work_.path() / "out";
  fs::create_directory(out);
  const auto extracted = run({tool(), "-xpf", archive, "-C", out, "--no-same-owner"});
  EXPECT_EQ(extracted.status, 0) << extracted.text;
  for (const auto& [expected, body] : entries) {
    const auto path = out / expected.name;
    struct stat status{};
    ASSERT_EQ(::lstat(path.c_str(), &status), 0) << expected.name;
    if (expected.type == TarType::regular) {
      EXPECT_EQ(load(path), body) << expected.name;
    }
    if (expected.type == TarType::symlink) {
      EXPECT_EQ(fs::read_symlink(path), expected.link_target);
    } else {
      EXPECT_EQ(status.st_mode & 07777U, expected.mode) << expected.name;
      EXPECT_EQ(status.st_mtim.tv_sec, expected.mtime.seconds) << expected.name;
    }
  }
  EXPECT_TRUE(fs::equivalent(out / "dir/hard", out / "dir/file"));
}

TEST_P(TarDifferential, ExtractsOurSparseFiles) {
  auto sparse = entry("sparse");
  sparse.size = 100'000;
  sparse.sparse = {{{.offset = 4096, .length = 512}, {.offset = 5000, .length = 2}}};
  auto hole = entry("hole");
  hole.size = 30'000;
  hole.sparse.emplace();
  const std::vector<WriteEntry> entries{{.entry = sparse, .body = std::string(512, 's') + "ab"},
                                        {.entry = hole, .body = {}},
                                        file("after", "x")};
  const auto expected = testing::read_archive(testing::write_archive(entries).value()).value();
  const auto archive = work_.path() / "ours.tar";
  save(archive, testing::write_archive(entries, kKeepAll).value());
  const auto extracted = run({tool(), "-xf", archive, "-C", work_.path(), "--no-same-owner"});
  EXPECT_EQ(extracted.status, 0) << extracted.text;
  for (const auto& [of, content] : expected) EXPECT_EQ(load(work_.path() / of.name), content) << of.name;
}

// A tree on disk that the tool packs and we read.
void make_tree(const fs::path& root) {
  fs::create_directories(root / "tree/sub");
  save(root / "tree/file", "hello");
  save(root / "tree/sub/data", std::string(5000, 'd'));
  save(root / "tree/empty", "");
  fs::create_symlink("../elsewhere", root / "tree/soft");
  fs::create_hard_link(root / "tree/file", root / "tree/hard");
  fs::permissions(root / "tree/file", fs::perms(04711));
}

void make_long_names(const fs::path& root) {
  save(root / "tree/sub" / std::string(200, 'n'), "long");
  save(root / "tree/sub/bytes-\xff", "bytes");
  fs::create_symlink(std::string(200, 't'), root / "tree/long-soft");
}

// Compares an entry with the file it was made of.
void expect_same(const fs::path& path, const testing::ReadEntry& read) {
  struct stat status{};
  ASSERT_EQ(::lstat(path.c_str(), &status), 0) << path;
  const auto& of = read.entry;
  EXPECT_EQ(of.mode, status.st_mode & 07777U) << path;
  EXPECT_EQ(of.uid, status.st_uid) << path;
  EXPECT_EQ(of.gid, status.st_gid) << path;
  EXPECT_EQ(of.mtime.seconds, status.st_mtim.tv_sec) << path;
  switch (of.type) {
    case TarType::regular:
      EXPECT_EQ(read.content, load(path)) << path;
      break;
    case TarType::symlink:
      EXPECT_EQ(of.link_target, fs::read_symlink(path)) << path;
      break;
    case TarType::hard_link:
      EXPECT_TRUE(fs::equivalent(path.parent_path().parent_path() / of.link_target, path));
      break;
    case TarType::directory:
      EXPECT_TRUE(fs::is_directory(path)) << path;
      break;
    default:
      ADD_FAILURE() << path << " is no " << to_string(of.type);
  }
}

TEST_P(TarDifferential, WeReadWhatItWrites) {
  make_tree(work_.path());
  std::vector<std::string> formats{"v7", "ustar", "pax", "gnu"};
  if (is_gnu()) formats.emplace_back("oldgnu");
  for (const auto& format : formats) {
    // Names longer than ustar's can hold are left out of formats that cannot say so.
    if (format == "pax") make_long_names(work_.path());
    const auto archive = work_.path() / "theirs.tar";
    const auto packed = run({tool(), "--format", !is_gnu() && format == "gnu" ? "gnutar" : format, "-cf",
                             archive, "-C", work_.path(), "tree"});
    // bsdtar warns of bytes that are not UTF-8 and stores them.
    EXPECT_THAT(packed.status, ::testing::AnyOf(0, is_gnu() ? 0 : 1)) << packed.text;
    const auto read = testing::read_archive(load(archive));
    ASSERT_TRUE(read) << format << ": " << read.error().message();
    EXPECT_EQ(read->size(), format == "pax" || format == "gnu" || format == "oldgnu" ? 10U : 7U) << format;
    for (const auto& each : *read) expect_same(work_.path() / each.entry.name, each);
  }
}

TEST_P(TarDifferential, WeReadItsSparseFiles) {
  const auto path = work_.path() / "sparse";
  save(path, "");
  fs::resize_file(path, 300'000);
  {
    std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(100'000) << "data";
  }
  std::vector<std::vector<std::string>> ways{{"--format=pax", "--read-sparse"}};
  if (is_gnu()) {
    ways = {{"--format=gnu", "-S"},
            {"--format=oldgnu", "-S"},
            {"--format=pax", "-S", "--sparse-version=0.0"},
            {"--format=pax", "-S", "--sparse-version=0.1"},
            {"--format=pax", "-S", "--sparse-version=1.0"}};
  }
  for (const auto& way : ways) {
    const auto archive = work_.path() / "theirs.tar";
    std::vector<std::string> args{tool(), "-cf", archive, "-C", work_.path()};
    args.insert(args.end(), way.begin(), way.end());
    args.emplace_back("sparse");
    const auto packed = run(args);
    ASSERT_EQ(packed.status, 0) << packed.text;
    const auto read = testing::read_archive(load(archive));
    ASSERT_TRUE(read) << read.error().message();
    ASSERT_EQ(read->size(), 1U);
    EXPECT_EQ((*read)[0].entry.name, "sparse");
    EXPECT_EQ((*read)[0].content, load(path));
    EXPECT_TRUE((*read)[0].entry.sparse) << "the file system of " << work_.path() << " may know no holes";
  }
}

INSTANTIATE_TEST_SUITE_P(, TarDifferential, ::testing::Values("tar", "bsdtar"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace corten::codec
