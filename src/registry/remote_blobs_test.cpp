#include <atomic>
#include <set>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

#include "http/test_tls.hpp"
#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

using http::test::Exchange;
using http::test::Server;

const std::string kBlob = make_pattern(100'000);

RemoteRepository repository(const Wiring& setup, std::vector<Endpoint> endpoints) {
  return {setup.context(), std::move(endpoints)};
}

std::string fetch(const Wiring& setup, const Server& server, std::uint64_t offset = 0) {
  auto repo = repository(setup, {endpoint_of(server)});
  return drain(repo.fetch_blob(describe(kBlob), offset));
}

Wiring in_pieces(std::uint64_t piece = 10'000) {
  Wiring setup;
  setup.options.parallel_from_bytes = 20'000;
  setup.options.chunk_bytes = piece;
  setup.options.ahead_bytes = 6 * piece;
  return setup;
}

TEST(FetchBlob, ComesWhole) {
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  EXPECT_EQ(fetch({}, server), kBlob);
  ASSERT_EQ(requests_of(server).size(), 1U);
  EXPECT_EQ(requests_of(server)[0].target, "/v2/a/b/blobs/" + describe(kBlob).digest.to_string());
  EXPECT_EQ(requests_of(server)[0].header("Range"), "");
}

TEST(FetchBlob, BeginsAtAnOffset) {
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  EXPECT_EQ(fetch({}, server, 70'000), kBlob.substr(70'000));
  EXPECT_EQ(requests_of(server)[0].header("Range"), "bytes=70000-");
  EXPECT_EQ(fetch({}, server, 100'000), "");
  EXPECT_EQ(requests_of(server).size(), 1U);
  EXPECT_NE(fetch({}, server, 100'001).find("error: byte 100001"), std::string::npos);
}

TEST(FetchBlob, AServerThatIgnoresRangeIsRead) {
  Server server(registry_script([](Exchange& e) { e.reply(200, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  EXPECT_EQ(fetch({}, server, 70'000), kBlob.substr(70'000));
}

TEST(FetchBlob, ABrokenConnectionIsTakenUpAgain) {
  for (const bool reset : {false, true}) {
    std::atomic<int> count = 0;
    Server server(registry_script([&](Exchange& e) {
      if (++count > 1) return reply_blob(e, kBlob);
      e.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kBlob.size(),
                         kBlob.substr(0, 60'000)));
      e.pause(std::chrono::milliseconds(20));
      e.close(reset);
    }));
    CORTEN_REQUIRE_SERVER(server);
    EXPECT_EQ(fetch({}, server), kBlob);
    EXPECT_NE(requests_of(server).at(1).header("Range").find("bytes="), std::string::npos);
  }
}

TEST(FetchBlob, LengthsThatContradictTheDescriptorAreRefusedAtOnce) {
  Server server(registry_script([](Exchange& e) {
    if (e.request().header("Range").empty()) return e.reply(200, kBlob + "x");
    e.reply(206, "abc", "Content-Range: bytes 70000-70002/100001\r\n");
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  for (const std::uint64_t offset : {0U, 70'000U}) {
    const auto source = repo.fetch_blob(describe(kBlob), offset);
    ASSERT_FALSE(source);
    EXPECT_EQ(source.error().kind(), Errc::data_loss);
    EXPECT_NE(source.error().message().find("it has 100001 bytes, expected 100000"), std::string::npos)
        << source.error().message();
  }
}

TEST(FetchBlob, ARangeThatBeginsElsewhereIsRefused) {
  Server server(registry_script(
      [](Exchange& e) { e.reply(206, "abc", "Content-Range: bytes 69999-70001/100000\r\n"); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  EXPECT_EQ(repo.fetch_blob(describe(kBlob), 70'000).error().kind(), Errc::data_loss);
}

TEST(FetchBlob, OneThatEndsEarlyForGoodIsDataLoss) {
  Server server(registry_script([](Exchange& e) {
    if (!e.request().header("Range").empty()) return e.reply(416);
    e.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  const auto source = repo.fetch_blob(describe(kBlob));
  ASSERT_TRUE(source);
  const auto text = drain(**source);
  EXPECT_TRUE(text.starts_with("abcerror: fetching blob")) << text;
  EXPECT_NE(text.find("it has no byte 3, expected 100000 bytes"), std::string::npos) << text;
}

TEST(FetchBlob, AMissingOneIsAnErrorOfTheCall) {
  Server server(registry_script([](Exchange& e) { e.reply(404); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  EXPECT_EQ(repo.fetch_blob(describe(kBlob)).error().kind(), Errc::not_found);
  EXPECT_EQ(repo.has_blob(describe(kBlob).digest).value(), false);
}

TEST(FetchBlob, TheSourceOutlivesTheRepository) {
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  std::unique_ptr<Source> source;
  {
    auto repo = repository({}, {endpoint_of(server)});
    source = repo.fetch_blob(describe(kBlob)).value();
  }
  EXPECT_EQ(drain(*source), kBlob);
}

TEST(FetchBlob, AMirrorThatDiesInTheMiddleGivesWay) {
  std::atomic<int> count = 0;
  Server mirror(registry_script([&](Exchange& e) {
    if (++count == 1) {
      e.send(fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", kBlob.size(),
                         kBlob.substr(0, 60'000)));
    }
    e.close();
  }));
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  auto first = endpoint_of(mirror);
  first.is_mirror = true;
  auto repo = repository({}, {first, endpoint_of(server)});
  EXPECT_EQ(drain(repo.fetch_blob(describe(kBlob))), kBlob);
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(FetchBlob, LargeOnesComeInPiecesOverSeveralConnections) {
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  EXPECT_EQ(fetch(in_pieces(), server), kBlob);
  std::multiset<std::string> ranges;
  for (const auto& request : requests_of(server)) ranges.insert(request.header("Range"));
  EXPECT_EQ(ranges.size(), 10U);
  EXPECT_LE(server.connections(), 6);  // two to find the scheme, one for each thread: kept, not one per piece
  EXPECT_EQ(ranges.count("bytes=0-9999"), 1U);
  EXPECT_EQ(ranges.count("bytes=90000-99999"), 1U);
  EXPECT_EQ(fetch(in_pieces(), server, 15'000), kBlob.substr(15'000));
}

TEST(FetchBlob, PiecesThatBreakAreTakenUpAgain) {
  std::atomic<int> count = 0;
  Server server(registry_script([&](Exchange& e) {
    const auto range = e.request().header("Range");
    if (++count % 2 == 0) return reply_blob(e, kBlob);
    const auto first = *parse_uint64(cut(std::string_view(range).substr(6), '-')->before, "first");
    const auto last = *parse_uint64(cut(range, '-')->after, "last");
    e.send(
        fmt::format("HTTP/1.1 206 Partial\r\nContent-Range: bytes {}-{}/{}\r\nContent-Length: {}\r\n\r\n{}",
                    first, last, kBlob.size(), last - first + 1, kBlob.substr(first, (last - first) / 2)));
    e.close();
  }));
  CORTEN_REQUIRE_SERVER(server);
  auto setup = in_pieces();
  EXPECT_EQ(fetch(setup, server), kBlob);
}

TEST(FetchBlob, WithoutRangesALargeOneComesWhole) {
  Server server(registry_script([](Exchange& e) { e.reply(200, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  EXPECT_EQ(fetch(in_pieces(), server), kBlob);
  EXPECT_EQ(requests_of(server).size(), 1U);
}

TEST(FetchBlob, PiecesFetchedAheadAreBoundedForAllBlobsTogether) {
  Server server(registry_script([](Exchange& e) { reply_blob(e, kBlob); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository(in_pieces(), {endpoint_of(server)});
  auto first = repo.fetch_blob(describe(kBlob)).value();
  auto second = repo.fetch_blob(describe(kBlob)).value();  // finds no room for pieces
  EXPECT_EQ(drain(*second), kBlob);
  EXPECT_EQ(drain(*first), kBlob);
  std::size_t whole = 0;
  for (const auto& request : requests_of(server)) whole += request.header("Range").empty() ? 1 : 0;
  EXPECT_EQ(whole, 1U);
  first.reset();
  second.reset();
  EXPECT_EQ(drain(repo.fetch_blob(describe(kBlob))), kBlob);
  EXPECT_EQ(requests_of(server).size(), 21U);  // room again
}

TEST(FetchBlob, LettingALargeOneGoEndsAtOnce) {
  Server server(registry_script([](Exchange& e) {
    e.send("HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-9999/100000\r\nContent-Length: 10000\r\n\r\nabc");
    e.pause(std::chrono::seconds(20));
  }));
  CORTEN_REQUIRE_SERVER(server);
  const auto start = std::chrono::steady_clock::now();
  {
    auto repo = repository(in_pieces(), {endpoint_of(server)});
    ASSERT_TRUE(repo.fetch_blob(describe(kBlob)));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(FetchBlob, TheCallersWishToStopEndsAStalledRead) {
  Server server(registry_script([](Exchange& e) {
    e.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc");
    e.pause(std::chrono::seconds(20));
  }));
  CORTEN_REQUIRE_SERVER(server);
  for (const bool large : {false, true}) {
    std::stop_source stop;
    auto repo = repository(large ? in_pieces() : Wiring(), {endpoint_of(server)});
    const auto source = repo.fetch_blob(describe(kBlob), 0, stop.get_token());
    ASSERT_TRUE(source) << source.error().message();
    const std::jthread stopper([&] { stop.request_stop(); });
    const auto read = drain(**source);
    EXPECT_NE(read.find("cancel"), std::string::npos) << read;
  }
}

TEST(FetchBlob, ForeignLayersComeFromTheirUrlsWithoutCredentials) {
  const http::test::TlsIdentity identity;
  Server elsewhere(
      [](Exchange& e) {
        if (e.request().header("Authorization").empty()) return reply_blob(e, kBlob);
        e.reply(400);
      },
      &identity);
  Server server(registry_script([](Exchange& e) {
    if (e.request().header("Authorization").empty()) {
      return e.reply(401, "", "Www-Authenticate: Basic realm=\"r\"\r\n");
    }
    e.reply(404);
  }));
  CORTEN_REQUIRE_SERVER(server);
  Wiring setup;
  setup.log_in({.username = "alice", .password = "s3cret"});
  setup.options.tls_verify = TlsVerify::skipped;
  auto repo = repository(setup, {endpoint_of(server)});
  auto descriptor = describe(kBlob);
  descriptor.urls = {"http://127.0.0.1:1/plain", elsewhere.url("/layer")};
  EXPECT_EQ(drain(repo.fetch_blob(descriptor)), kBlob);
  EXPECT_EQ(elsewhere.requests().size(), 1U);

  descriptor.urls = {"http://127.0.0.1:1/plain"};
  const auto refused = repo.fetch_blob(descriptor);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("it is not https"), std::string::npos);
}

TEST(HasBlob, IsAHead) {
  Server server(registry_script([](Exchange& e) { e.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"); }));
  CORTEN_REQUIRE_SERVER(server);
  auto repo = repository({}, {endpoint_of(server)});
  EXPECT_EQ(repo.has_blob(describe("abc").digest).value(), true);
  EXPECT_EQ(requests_of(server)[0].method, "HEAD");
}

}  // namespace
}  // namespace corten::registry::testing
