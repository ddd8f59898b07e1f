#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "http/test_client.hpp"
#include "registry/test_registry.hpp"
#include "registry/upload.hpp"
#include "registry/upload_wire.hpp"

namespace corten::registry {
namespace {

using http::test::Exchange;
using test::TestRegistry;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr UploadTuning kSmall = {.in_memory_bytes = 16,
                                 .single_put_bytes = 64,
                                 .chunk_bytes = 1000,
                                 .min_piece_bytes = 50,
                                 .progress_bytes = 100};

const std::string& pattern(std::size_t size) {
  static std::map<std::size_t, std::string> made;
  return made.try_emplace(size, http::test::make_pattern(size)).first->second;
}

struct Told {
  std::int64_t total = 0;
  std::int64_t least_step = 0;
};

Result<PushOutcome> push(const TestRegistry& registry, const std::string& bytes, Told* told = nullptr,
                         int max_attempts = 4) {
  auto session = registry.open(test::fast_options(max_attempts));
  PushBlobOptions options;
  if (told != nullptr) {
    options.on_bytes = [told](std::int64_t count) {
      told->total += count;
      told->least_step = std::min(told->least_step, count);
    };
  }
  return push_blob(session, test::describe(bytes), test::opener(bytes), options, kSmall);
}

long count_of(const TestRegistry& registry, std::string_view what) {
  return std::ranges::count(registry.log(), what);
}

// A registry that keeps `kept` bytes of each of the first `breaks` PATCHes and then cuts the connection.
TestRegistry::Intercept cut_patches(const std::string& blob, std::size_t kept, int breaks) {
  return
      [&blob, kept, breaks](TestRegistry& registry, Exchange& exchange, const std::string& request) mutable {
        if (!request.starts_with("PATCH") || breaks == 0) return false;
        --breaks;
        registry.note("PATCH cut");
        (void)exchange.read_body();
        registry.upload() += blob.substr(registry.upload().size(), kept);
        exchange.close(true);
        return true;
      };
}

TEST(PushBlobRecovery, BrokenUploadGoesOnWhereTheRegistrySays) {
  const auto& blob = pattern(5000);
  TestRegistry registry(cut_patches(blob, 2000, 1));
  CORTEN_REQUIRE_SERVER(registry);
  Told told;
  const auto pushed = push(registry, blob, &told);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PATCH cut", "GET upload",
                                          "PATCH 3000 bytes at 2000-4999", "PUT 0 bytes"));
  EXPECT_EQ(registry.blobs().begin()->second, blob);
  EXPECT_EQ(told.total, 5000);
}

TEST(PushBlobRecovery, ProgressBringsNewTries) {
  const auto& blob = pattern(5000);
  TestRegistry registry(cut_patches(blob, 500, 9));
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, blob, nullptr, 2);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(count_of(registry, "PATCH cut"), 9);
  EXPECT_EQ(count_of(registry, "POST"), 1);
}

TEST(PushBlobRecovery, TriesWithoutProgressEnd) {
  const auto& blob = pattern(5000);
  TestRegistry registry(cut_patches(blob, 0, 1000));
  CORTEN_REQUIRE_SERVER(registry);
  Told told;
  const auto pushed = push(registry, blob, &told);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::unavailable);
  EXPECT_EQ(count_of(registry, "PATCH cut"), 4);
  EXPECT_LE(told.least_step, 0);
}

TEST(PushBlobRecovery, ForgottenUploadBeginsAgain) {
  const auto& blob = pattern(5000);
  bool broken = false;
  TestRegistry registry([&](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PATCH") || std::exchange(broken, true)) return false;
    (void)exchange.read_body();
    (void)self.upload_headers();  // the address that the client has is stale now
    exchange.close(true);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  Told told;
  const auto pushed = push(registry, blob, &told);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "GET stale", "HEAD blob", "POST",
                                          "PATCH 5000 bytes", "PUT 0 bytes"));
  EXPECT_EQ(told.total, 5000);
  EXPECT_LT(told.least_step, 0);
}

TEST(PushBlobRecovery, UploadsThatBreakTwiceComeInChunks) {
  const auto& blob = pattern(2500);
  int breaks = 2;
  TestRegistry registry([&](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PATCH") || breaks == 0) return false;
    --breaks;
    (void)exchange.read_body();
    (void)self.upload_headers();
    exchange.close(true);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, blob);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), Contains("PATCH 1000 bytes at 0-999"));
  EXPECT_THAT(registry.log(), Contains("PATCH 500 bytes at 2000-2499"));
  EXPECT_EQ(registry.blobs().begin()->second, blob);
}

TEST(PushBlobRecovery, LostAnswerToThePutIsFoundOut) {
  bool lost = false;
  TestRegistry registry([&](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT") || std::exchange(lost, true)) return false;
    self.put_blob(exchange.read_body());
    (void)self.upload_headers();
    exchange.close(true);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  Told told;
  const auto pushed = push(registry, "hello", &told);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(*pushed, PushOutcome::uploaded);
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PUT stale", "HEAD blob"));
  EXPECT_EQ(told.total, 5);
}

// As nginx with client_max_body_size.
TestRegistry::Intercept limit_bodies(std::uint64_t most) {
  return [most](TestRegistry&, Exchange& exchange, const std::string&) {
    const auto length = exchange.request().header("Content-Length");
    if (length.empty() || parse_uint64(length, "length").value_or(0) <= most) return false;
    (void)exchange.read_body();
    exchange.reply(413, "<html>", "Content-Type: text/html\r\n");
    return true;
  };
}

TEST(PushBlobRecovery, TooLargeBodiesComeInPieces) {
  const auto& blob = pattern(2500);
  TestRegistry registry(limit_bodies(1000));
  CORTEN_REQUIRE_SERVER(registry);
  Told told;
  const auto pushed = push(registry, blob, &told);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), Contains("PATCH 1000 bytes at 1000-1999"));
  EXPECT_EQ(registry.blobs().begin()->second, blob);
  EXPECT_EQ(told.total, 2500);
}

TEST(PushBlobRecovery, PiecesShrinkUntilTheyAreTaken) {
  TestRegistry registry(limit_bodies(100));
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, pattern(2500));
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), Contains("PATCH 62 bytes at 0-61"));
  EXPECT_EQ(registry.blobs().begin()->second, pattern(2500));
}

TEST(PushBlobRecovery, RegistryThatTakesNoUsefulSizeIsNamed) {
  TestRegistry registry(limit_bodies(10));
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, pattern(2500));
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::failed_precondition);
  EXPECT_THAT(pushed.error().hint(), HasSubstr("client_max_body_size"));
}

TEST(PushBlobRecovery, ChunksAreNotShorterThanTheRegistryAllows) {
  const auto& blob = pattern(5000);
  int breaks = 2;
  TestRegistry registry([&](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (request.starts_with("POST")) {
      self.upload().clear();
      exchange.reply(202, "", self.upload_headers() + "OCI-Chunk-Min-Length: 2000\r\n");
      return true;
    }
    if (!request.starts_with("PATCH") || breaks == 0) return false;
    --breaks;
    (void)exchange.read_body();
    (void)self.upload_headers();
    exchange.close(true);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, blob);
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_THAT(registry.log(), Contains("PATCH 2000 bytes at 2000-3999"));
  EXPECT_THAT(registry.log(), Contains("PATCH 1000 bytes at 4000-4999"));
}

TEST(PushBlobRecovery, BytesThatChangedOnTheWayGetOneMoreChance) {
  int puts = 0;
  TestRegistry registry([&](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT")) return false;
    ++puts;
    (void)exchange.read_body();
    exchange.reply(400, R"({"errors":[{"code":"DIGEST_INVALID","message":"did not match"}]})");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const auto pushed = push(registry, "hello");
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::data_loss);
  EXPECT_THAT(pushed.error().message(), HasSubstr("DIGEST_INVALID"));
  EXPECT_EQ(puts, 2);
}

TEST(PushBlobRecovery, DamagedLocalCopyIsSaidToBeOne) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open(test::fast_options());
  const std::string damaged = "hellO";
  const auto pushed = push_blob(session, test::describe("hello"), test::opener(damaged), {}, kSmall);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::data_loss);
  EXPECT_THAT(pushed.error().hint(), HasSubstr("the local copy is damaged"));
  EXPECT_EQ(count_of(registry, "POST"), 1);
}

TEST(PushBlobRecovery, CanceledPushIsNotTriedAgain) {
  std::stop_source stop;
  TestRegistry registry([&](TestRegistry& self, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PATCH")) return false;
    self.note("PATCH canceled");
    stop.request_stop();
    exchange.pause(std::chrono::seconds(5));
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto options = test::fast_options();
  options.stop = stop.get_token();
  auto session = registry.open(std::move(options));
  const auto pushed =
      push_blob(session, test::describe(pattern(5000)), test::opener(pattern(5000)), {}, kSmall);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::canceled);
  EXPECT_EQ(count_of(registry, "PATCH canceled"), 1);
}

TEST(UploadRange, IsReadAsRegistriesWriteIt) {
  EXPECT_EQ(parse_upload_range("0-999"), 1000U);
  EXPECT_EQ(parse_upload_range("bytes=0-999"), 1000U);
  EXPECT_EQ(parse_upload_range("bytes 0-1"), 2U);
}

TEST(UploadRange, WhatCouldMeanTwoThingsMeansNothing) {
  for (const auto* text : {"0-0", "", "-", "5-9", "0-", "0-x", "0-18446744073709551615", "0-1-2"}) {
    EXPECT_EQ(parse_upload_range(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace corten::registry
