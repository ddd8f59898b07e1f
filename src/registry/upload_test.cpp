#include "registry/upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_client.hpp"
#include "registry/test_registry.hpp"

namespace corten::registry {
namespace {

using http::test::Exchange;
using test::TestRegistry;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr UploadTuning kSmall = {.in_memory_bytes = 16,
                                 .single_put_bytes = 64,
                                 .chunk_bytes = 1000,
                                 .min_piece_bytes = 50,
                                 .progress_bytes = 100};

// One push of `bytes` and everything that was said about it.
struct Push {
  explicit Push(const TestRegistry& registry, const std::string& bytes, const PushBlobOptions& options = {},
                const UploadTuning& tuning = kSmall)
      : session(registry.open(test::fast_options())) {
    auto told = options;
    told.on_bytes = [this](std::int64_t count) { steps.push_back(count); };
    const auto result = push_blob(session, test::describe(bytes), test::opener(bytes), told, tuning);
    if (result) outcome = *result;
    if (!result) {
      error = result.error().message();
      hint = result.error().hint();
      kind = result.error().kind();
    }
  }

  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const auto step : steps) sum += step;
    return sum;
  }

  Session session;
  std::optional<PushOutcome> outcome = {};
  std::string error = {};
  std::string hint = {};
  Errc kind = Errc::internal;
  std::vector<std::int64_t> steps = {};
};

const std::string& pattern(std::size_t size) {
  static std::map<std::size_t, std::string> made;
  return made.try_emplace(size, http::test::make_pattern(size)).first->second;
}

TEST(PushBlob, OneThatIsThereCostsOneRequest) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  registry.put_blob("hello");
  const Push push(registry, "hello");
  EXPECT_EQ(push.outcome, PushOutcome::already_there) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob"));
  EXPECT_EQ(push.total(), 0);
}

TEST(PushBlob, SmallOneIsTheBodyOfThePut) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello");
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PUT 5 bytes"));
  EXPECT_EQ(registry.blobs().begin()->second, "hello");
  EXPECT_EQ(push.total(), 5);
}

TEST(PushBlob, EmptyOneIsPushedToo) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "");
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PUT 0 bytes"));
}

TEST(PushBlob, LargeOneIsStreamedByOnePatch) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, pattern(5000));
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PATCH 5000 bytes", "PUT 0 bytes"));
  EXPECT_EQ(push.total(), 5000);
}

TEST(PushBlob, MountedOneMovesNoBytes) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("POST")) return false;
    exchange.reply(201, "", "Location: /v2/a/b/blobs/x\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello", {.mount_from = {"other/one"}});
  EXPECT_EQ(push.outcome, PushOutcome::mounted) << push.error;
  EXPECT_EQ(
      registry.requests().back().target,
      "/v2/a/b/blobs/uploads/?mount=sha256%3A2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
      "&from=other%2Fone");
}

TEST(PushBlob, DeclinedMountIsTheUpload) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello", {.mount_from = {"other/one", "other/two"}});
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST mount from other/one",
                                          "POST mount from other/two", "PUT 5 bytes"));
}

TEST(PushBlob, RefusedMountIsAnUploadAllTheSame) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.contains("mount=")) return false;
    exchange.reply(403, R"({"errors":[{"code":"DENIED"}]})");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello", {.mount_from = {"secret/one"}});
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_THAT(registry.log(), ElementsAre("HEAD blob", "POST", "PUT 5 bytes"));
}

TEST(PushBlob, UploadOnAnotherServerGetsNoCredentials) {
  std::string seen = "nothing";
  http::test::Server storage([&](Exchange& exchange) {
    (void)exchange.read_body();
    seen = exchange.request().header("Authorization");
    exchange.reply(201);
  });
  TestRegistry registry([&](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (exchange.request().header("Authorization").empty()) {
      exchange.reply(401, "", "WWW-Authenticate: Basic realm=\"r\"\r\n");
      return true;
    }
    if (!request.starts_with("POST")) return false;
    exchange.reply(202, "", "Location: " + storage.url("/bucket/1?signature=x%2Fy") + "\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  auto options = test::fast_options();
  options.find_credentials = [](const std::string&) -> Result<std::optional<Credentials>> {
    return Credentials{.username = "alice", .password = "secret"};
  };
  auto session = registry.open(std::move(options));
  const auto pushed = push_blob(session, test::describe("hello"), test::opener("hello"));
  ASSERT_TRUE(pushed) << pushed.error().message();
  EXPECT_EQ(seen, "");
  EXPECT_THAT(storage.requests().back().target, HasSubstr("/bucket/1?signature=x%2Fy&digest=sha256%3A"));
}

TEST(PushBlob, BodyFollowsARedirectToTheRegistrysStorage) {
  std::string stored;
  http::test::Server storage([&](Exchange& exchange) {
    stored = exchange.read_body();
    exchange.reply(201);
  });
  TestRegistry registry([&](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT")) return false;
    (void)exchange.read_body();
    exchange.reply(307, "", "Location: " + storage.url("/bucket/1?signature=x") + "\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello");
  EXPECT_EQ(push.outcome, PushOutcome::uploaded) << push.error;
  EXPECT_EQ(stored, "hello");
}

TEST(PushBlob, RefusedPostSaysTheRegistrysWords) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("POST")) return false;
    exchange.reply(403, R"({"errors":[{"code":"DENIED","message":"quota is used up"}]})");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello");
  EXPECT_EQ(push.kind, Errc::permission_denied);
  EXPECT_THAT(push.error, HasSubstr("quota is used up"));
  EXPECT_THAT(push.hint, HasSubstr("with an account that may write"));
}

TEST(PushBlob, AnswerWithoutLocationIsNamed) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("POST")) return false;
    exchange.reply(202);
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello");
  EXPECT_EQ(push.kind, Errc::data_loss);
  EXPECT_THAT(push.error, HasSubstr("no Location"));
}

TEST(PushBlob, OtherStoredDigestIsDataLoss) {
  TestRegistry registry([](TestRegistry&, Exchange& exchange, const std::string& request) {
    if (!request.starts_with("PUT")) return false;
    (void)exchange.read_body();
    exchange.reply(201, "", "Docker-Content-Digest: sha256:" + std::string(64, 'a') + "\r\n");
    return true;
  });
  CORTEN_REQUIRE_SERVER(registry);
  const Push push(registry, "hello");
  EXPECT_EQ(push.kind, Errc::data_loss);
  EXPECT_THAT(push.error, HasSubstr("the registry stored 'sha256:aaaa"));
}

TEST(PushBlob, LocalBytesThatEndEarlyAreNotTriedAgain) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open(test::fast_options());
  const std::string half = pattern(5000).substr(0, 2500);
  const auto pushed = push_blob(session, test::describe(pattern(5000)), test::opener(half), {}, kSmall);
  ASSERT_FALSE(pushed);
  EXPECT_EQ(pushed.error().kind(), Errc::data_loss);
  EXPECT_THAT(pushed.error().message(), HasSubstr("the local blob ends 2500 bytes too early"));
  EXPECT_EQ(std::ranges::count(registry.log(), "POST"), 1);
}

TEST(PushBlob, BlobThatCannotBeOpenedIsNotTriedAgain) {
  TestRegistry registry;
  CORTEN_REQUIRE_SERVER(registry);
  auto session = registry.open(test::fast_options());
  const auto pushed =
      push_blob(session, test::describe("x"), [](std::uint64_t) -> Result<std::unique_ptr<Source>> {
        return fail(Errc::unavailable, "the disk is gone");
      });
  ASSERT_FALSE(pushed);
  EXPECT_THAT(pushed.error().message(), HasSubstr("the disk is gone"));
  EXPECT_EQ(std::ranges::count(registry.log(), "POST"), 1);
}

}  // namespace
}  // namespace corten::registry
