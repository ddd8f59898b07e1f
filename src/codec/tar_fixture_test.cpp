#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "base/env.hpp"
#include "codec/tar_reader.hpp"
#include "codec/tar_test_support.hpp"
#include "codec/testing_files.hpp"

// Archives of GNU tar, bsdtar, Python and git under testdata/tar: our reading of each against a listing.
namespace corten::codec {
namespace {

namespace fs = std::filesystem;
using testing::load;

fs::path fixtures() { return fs::path(CORTEN_TESTDATA_DIR) / "tar"; }

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(fixtures())) {
    if (file.path().extension() == ".tar") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string list_archive(std::string_view archive) {
  const auto entries = testing::read_archive(archive);
  if (!entries) return entries.error().message() + "\n";
  std::string text;
  for (const auto& entry : *entries) text += testing::describe(entry);
  return text;
}

class TarFixtures : public ::testing::TestWithParam<std::string> {};

TEST_P(TarFixtures, AreReadAsListed) {
  const auto archive = load(fixtures() / (GetParam() + ".tar"));
  const auto golden = fixtures() / (GetParam() + ".txt");
  const auto text = list_archive(archive);
  if (find_env("CORTEN_ACCEPT")) {
    std::ofstream(golden, std::ios::binary) << text;
    GTEST_SKIP() << "rewrote " << golden;
  }
  EXPECT_EQ(text, load(golden));
}

// Whatever the program and the format: what we write of it reads the same, and is one fixed form.
TEST_P(TarFixtures, SurviveBeingWritten) {
  const auto original = load(fixtures() / (GetParam() + ".tar"));
  const auto copy = [](std::string_view archive) {
    MemorySource source(archive);
    TarReader reader(source);
    MemorySink sink;
    TarWriter writer(sink, testing::kKeepAll);
    while (const auto entry = reader.next().value()) EXPECT_TRUE(writer.add(*entry, reader.body()));
    EXPECT_TRUE(writer.finish());
    return sink.take();
  };
  const auto once = copy(original);
  EXPECT_EQ(list_archive(once), list_archive(original));
  EXPECT_EQ(copy(once), once);
}

INSTANTIATE_TEST_SUITE_P(, TarFixtures, ::testing::ValuesIn(fixture_names()), [](const auto& param) {
  auto name = param.param;
  std::ranges::replace_if(name, [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

}  // namespace
}  // namespace corten::codec
