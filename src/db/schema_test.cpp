#include "db/schema.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace corten::db {
namespace {

class SchemaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "corten-schema-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::filesystem::remove(entry.path());
    }
    std::filesystem::remove(directory_);
  }
  std::string path() const { return directory_ + "/corten.db"; }

  std::string directory_;
};

TEST_F(SchemaTest, NewDatabaseHasTheNewestVersion) {
  auto database = open_store_database(path());
  ASSERT_TRUE(database) << database.error().message();
  EXPECT_EQ(*database->user_version(), static_cast<std::int64_t>(store_schema().size()));
  EXPECT_TRUE(database->execute("INSERT INTO blob_sources VALUES ('sha256:0', 'docker.io/library/x')"));
}

TEST_F(SchemaTest, DamagedDatabaseIsMovedAsideAndBegunAnew) {
  std::ofstream(path()) << "this is no database, and long enough for SQLite to say so: "
                        << std::string(4096, 'x');
  auto database = open_store_database(path());
  ASSERT_TRUE(database) << database.error().message();
  EXPECT_TRUE(std::filesystem::exists(path() + ".damaged"));
  EXPECT_EQ(*database->user_version(), static_cast<std::int64_t>(store_schema().size()));
}

TEST_F(SchemaTest, ReadersOfADamagedDatabaseChangeNothing) {
  std::ofstream(path()) << std::string(8192, 'x');
  EXPECT_FALSE(open_store_database(path(), {.access = Access::read_only}));
  EXPECT_FALSE(std::filesystem::exists(path() + ".damaged"));
}

}  // namespace
}  // namespace corten::db
