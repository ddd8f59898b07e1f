#include "db/migration.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace corten::db {
namespace {

const std::vector<Migration> all_steps = {
    {"images", "CREATE TABLE images (name TEXT PRIMARY KEY)"},
    {"image labels", "ALTER TABLE images ADD COLUMN label TEXT"},
};

TEST(Migration, BringsANewFileToTheNewestVersion) {
  auto database = Database::open(":memory:").value();
  ASSERT_TRUE(migrate(database, all_steps));
  EXPECT_EQ(database.user_version().value(), 2);
  EXPECT_TRUE(database.execute("INSERT INTO images VALUES ('a', 'b')"));
  EXPECT_TRUE(migrate(database, all_steps));  // nothing left to do
}

TEST(Migration, ContinuesWhereTheFileStands) {
  auto database = Database::open(":memory:").value();
  ASSERT_TRUE(migrate(database, std::span(all_steps).first(1)));
  ASSERT_TRUE(database.execute("INSERT INTO images VALUES ('kept')"));
  ASSERT_TRUE(migrate(database, all_steps));
  auto query = database.prepare("SELECT name, label FROM images").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.text(0), "kept");
}

TEST(Migration, AFailedStepLeavesTheOldVersion) {
  auto database = Database::open(":memory:").value();
  auto steps = all_steps;
  steps.push_back({"broken", "CREATE TABLE images (again TEXT)"});
  const auto result = migrate(database, steps);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message().find("migrating the database: broken"), std::string::npos);
  EXPECT_EQ(database.user_version().value(), 0);
  EXPECT_TRUE(migrate(database, all_steps));
}

TEST(Migration, AFileOfANewerCortenIsLeftAlone) {
  auto database = Database::open(":memory:").value();
  ASSERT_TRUE(database.execute("PRAGMA user_version = 9"));
  const auto result = migrate(database, all_steps);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), Errc::failed_precondition);
  EXPECT_FALSE(result.error().hint().empty());
  EXPECT_EQ(database.user_version().value(), 9);
}

}  // namespace
}  // namespace corten::db
