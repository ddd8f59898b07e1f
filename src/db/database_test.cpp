#include "db/database.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "db/sqlite_error.hpp"

namespace corten::db {
namespace {

TEST(SqliteError, OnlyWrongBytesAreDataLoss) {
  for (const int code : {SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_IOERR_CORRUPTFS}) {
    EXPECT_EQ(sqlite_failure(nullptr, code, "reading").error().kind(), Errc::data_loss) << code;
  }
  for (const int code : {SQLITE_IOERR, SQLITE_IOERR_READ, SQLITE_FULL, SQLITE_BUSY}) {
    EXPECT_EQ(sqlite_failure(nullptr, code, "reading").error().kind(), Errc::unavailable) << code;
  }
}

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "corten-db-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ / "corten.db";
  }

  void TearDown() override {
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      std::filesystem::remove(entry.path());
    }
    std::filesystem::remove(directory_);
  }

  Database open() const { return Database::open(path_.string()).value(); }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

std::int64_t count(Database& database) {
  auto query = database.prepare("SELECT count(*) FROM t").value();
  EXPECT_TRUE(query.step().value());
  return query.integer(0);
}

TEST_F(DatabaseTest, KeepsTextWithNulsAndNull) {
  auto database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (a TEXT, b INTEGER)"));
  auto insert = database.prepare("INSERT INTO t VALUES (?1, ?2)").value();
  const std::string text("a\0b", 3);
  ASSERT_TRUE(insert.bind(1, text));
  ASSERT_TRUE(insert.bind(2, std::int64_t{1} << 40));
  ASSERT_TRUE(insert.run());
  EXPECT_EQ(database.changes(), 1);
  insert.reset();
  ASSERT_TRUE(insert.bind_null(1));
  ASSERT_TRUE(insert.run());

  auto query = database.prepare("SELECT a, b FROM t ORDER BY rowid").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.text(0), text);
  EXPECT_EQ(query.integer(1), std::int64_t{1} << 40);
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.find_text(0), std::nullopt);
  EXPECT_FALSE(query.step().value());
}

TEST_F(DatabaseTest, TransactionsRollBackUnlessCommitted) {
  auto database = open();
  ASSERT_TRUE(database.execute("CREATE TABLE t (a)"));
  {
    auto transaction = Transaction::begin(database).value();
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(count(database), 0);
  auto transaction = Transaction::begin(database).value();
  ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(std::move(transaction).commit());
  EXPECT_EQ(count(database), 1);
}

TEST_F(DatabaseTest, ASecondWriterIsToldThatTheDatabaseIsLocked) {
  auto first = open();
  ASSERT_TRUE(first.execute("CREATE TABLE t (a)"));
  auto second = Database::open(path_.string(), {.busy_timeout = std::chrono::milliseconds{20}}).value();
  const auto held = Transaction::begin(first).value();
  EXPECT_EQ(Transaction::begin(second).error().kind(), Errc::unavailable);
}

TEST_F(DatabaseTest, WritersTakeTurns) {
  ASSERT_TRUE(open().execute("CREATE TABLE t (a)"));
  constexpr int kEach = 25;
  const auto work = [this] {
    auto database = open();
    for (int i = 0; i < kEach; ++i) {
      auto transaction = Transaction::begin(database).value();
      ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
      ASSERT_TRUE(std::move(transaction).commit());
    }
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  auto database = open();
  EXPECT_EQ(count(database), 2 * kEach);
}

TEST_F(DatabaseTest, ReadOnlyRefusesToWriteAndNeedsAFile) {
  EXPECT_EQ(Database::open(path_.string(), {.access = Access::read_only}).error().kind(), Errc::not_found);
  ASSERT_TRUE(open().execute("CREATE TABLE t (a)"));
  auto database = Database::open(path_.string(), {.access = Access::read_only}).value();
  EXPECT_EQ(database.execute("INSERT INTO t VALUES (1)").error().kind(), Errc::permission_denied);
}

TEST_F(DatabaseTest, ImmutableReadsAFileOfAnyName) {
  path_ = directory_ / "a?b#c%64.db";
  {
    auto database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1)"));
  }
  auto database = Database::open(path_.string(), {.access = Access::immutable}).value();
  EXPECT_EQ(count(database), 1);
  EXPECT_EQ(database.execute("INSERT INTO t VALUES (1)").error().kind(), Errc::permission_denied);
}

TEST_F(DatabaseTest, WhatIsNoDatabaseIsDataLoss) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto database = Database::open(path_.string());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().kind(), Errc::data_loss);
  EXPECT_NE(database.error().message().find("opening database"), std::string::npos);
}

TEST_F(DatabaseTest, DamagedPagesAreFound) {
  {
    auto database = open();
    ASSERT_TRUE(database.execute("CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a);"));
    for (int i = 0; i < 200; ++i)
      ASSERT_TRUE(database.execute("INSERT INTO t VALUES (hex(randomblob(100)))"));
    EXPECT_TRUE(database.check_integrity());
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(3 * 4096);
  file << std::string(4096, '\x7f');
  file.close();
  auto database = Database::open(path_.string());
  ASSERT_TRUE(database);
  EXPECT_EQ(database->check_integrity().error().kind(), Errc::data_loss);
}

TEST_F(DatabaseTest, ErrorsShowTheStatement) {
  auto database = open();
  const auto result = database.prepare("SELECT a FROM nowhere");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "compiling 'SELECT a FROM nowhere': no such table: nowhere");
}

}  // namespace
}  // namespace corten::db
