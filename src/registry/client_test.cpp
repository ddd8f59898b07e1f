#include "registry/client.hpp"

#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"
#include "registry/testing_registry.hpp"

namespace corten::registry::testing {
namespace {

using http::test::Exchange;
using http::test::Server;

class ClientTest : public ConfigTest {
 protected:
  // Files of this test only: none of the machine's.
  ClientOptions options() const {
    return {.registries_conf = write("registries.conf", ""), .docker_config_dir = path("docker")};
  }
};

constexpr std::string_view kAlice = "Basic YWxpY2U6czNjcmV0";  // alice:s3cret

http::test::Script basic_registry() {
  return [](Exchange& e) {
    if (e.request().header("Authorization") == kAlice) return e.reply(200, "{}");
    e.reply(401, R"({"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]})",
            "Www-Authenticate: Basic realm=\"r\"\r\n");
  };
}

std::string host_of(const Server& server) { return fmt::format("127.0.0.1:{}", server.port()); }

TEST_F(ClientTest, ALoginIsCheckedWithTheGivenCredentials) {
  Server server(basic_registry());
  CORTEN_REQUIRE_SERVER(server);
  const auto client = Client::create(options());
  ASSERT_TRUE(client) << client.error().message();
  const auto good = client->check_login(host_of(server), {.username = "alice", .password = "s3cret"});
  ASSERT_TRUE(good) << good.error().message();
  EXPECT_EQ(*good, std::nullopt);
  const auto bad = client->check_login(host_of(server), {.username = "alice", .password = "wrong"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), Errc::unauthenticated);
  EXPECT_NE(bad.error().message().find("authentication required"), std::string::npos)
      << bad.error().message();
  EXPECT_FALSE(bad.error().hint().empty());
}

TEST_F(ClientTest, ALoginGivesTheIdentityToken) {
  std::string asked;
  Server server([&](Exchange& e) {
    if (e.request().target.starts_with("/token")) {
      asked = e.request().target;
      if (e.request().header("Authorization") != kAlice) return e.reply(401, R"({"details":"no"})");
      return e.reply(200, R"({"token":"t","refresh_token":"idt"})");
    }
    if (e.request().header("Authorization") == "Bearer t") return e.reply(200, "{}");
    e.reply(401, "",
            fmt::format("Www-Authenticate: Bearer realm=\"http://{}/token\",service=\"s\"\r\n",
                        e.request().header("Host")));
  });
  CORTEN_REQUIRE_SERVER(server);
  const auto client = Client::create(options());
  ASSERT_TRUE(client);
  const auto token = client->check_login(host_of(server), {.username = "alice", .password = "s3cret"});
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_EQ(*token, "idt");
  EXPECT_EQ(asked, "/token?account=alice&client_id=corten&offline_token=true&service=s");
  const auto bad = client->check_login(host_of(server), {.username = "alice", .password = "wrong"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), Errc::unauthenticated);
}

TEST_F(ClientTest, AServerThatIsNoRegistryIsNoLogin) {
  Server server([](Exchange& e) { e.reply(404, "<html>", "Content-Type: text/html\r\n"); });
  CORTEN_REQUIRE_SERVER(server);
  const auto client = Client::create(options());
  ASSERT_TRUE(client);
  const auto login = client->check_login(host_of(server), {.username = "a", .password = "b"});
  ASSERT_FALSE(login);
  EXPECT_NE(login.error().message().find("does not look like a registry"), std::string::npos);
}

TEST_F(ClientTest, RepositoriesUseStoredCredentials) {
  Server server(basic_registry());
  CORTEN_REQUIRE_SERVER(server);
  const auto settings = options();
  write("docker/config.json",
        fmt::format(R"({{"auths":{{"{}":{{"auth":"YWxpY2U6czNjcmV0"}}}}}})", host_of(server)));
  std::unique_ptr<Repository> repository;
  {
    const auto client = Client::create(settings);
    ASSERT_TRUE(client) << client.error().message();
    const auto reference = oci::Reference::parse(host_of(server) + "/a/b:1");
    repository = client->open(*reference).value();
  }
  EXPECT_EQ(repository->has_blob(describe("x").digest).value(), true);
}

GivenCredentials give_alice(const std::string& name) {
  return {.credentials = {.username = "alice", .password = "s3cret"},
          .reference = oci::Reference::parse(name).value()};
}

bool saw_credentials(const Server& server) {
  return std::ranges::any_of(requests_of(server),
                             [](const auto& request) { return !request.header("Authorization").empty(); });
}

TEST_F(ClientTest, GivenCredentialsComeBeforeStoredOnes) {
  Server server(basic_registry());
  CORTEN_REQUIRE_SERVER(server);
  auto settings = options();
  settings.credentials = give_alice(host_of(server) + "/a/b:1");
  write("docker/config.json",
        fmt::format(R"({{"auths":{{"{}":{{"auth":"Ym9iOm5vCg=="}}}}}})", host_of(server)));
  const auto client = Client::create(settings);
  ASSERT_TRUE(client);
  const auto repository = client->open(*oci::Reference::parse(host_of(server) + "/a/b:1"));
  EXPECT_EQ((*repository)->has_blob(describe("x").digest).value(), true);
}

TEST_F(ClientTest, GivenCredentialsAreForNoOtherRegistry) {
  Server own(basic_registry());
  Server other(basic_registry());
  CORTEN_REQUIRE_SERVER(own);
  CORTEN_REQUIRE_SERVER(other);
  auto settings = options();
  settings.credentials = give_alice(host_of(own) + "/a/b:1");
  const auto client = Client::create(settings);
  ASSERT_TRUE(client);
  const auto there = client->open(*oci::Reference::parse(host_of(other) + "/a/b:1"));
  const auto refused = (*there)->has_blob(describe("x").digest);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Errc::unauthenticated);
  EXPECT_FALSE(requests_of(other).empty());
  EXPECT_FALSE(saw_credentials(other));

  write("docker/config.json",
        fmt::format(R"({{"auths":{{"{}":{{"auth":"YWxpY2U6czNjcmV0"}}}}}})", host_of(other)));
  const auto again = Client::create(settings);
  ASSERT_TRUE(again);
  const auto logged_in = again->open(*oci::Reference::parse(host_of(other) + "/a/b:1"));
  EXPECT_EQ((*logged_in)->has_blob(describe("x").digest).value(), true) << "stored ones are for it";
}

TEST_F(ClientTest, GivenCredentialsAreForNoMirror) {
  Server mirror(basic_registry());
  Server own(basic_registry());
  CORTEN_REQUIRE_SERVER(mirror);
  CORTEN_REQUIRE_SERVER(own);
  auto settings = options();
  write("registries.conf", fmt::format("[[registry]]\nprefix = \"r.example.com\"\nlocation = \"{}\"\n"
                                       "[[registry.mirror]]\nlocation = \"{}\"\n",
                                       host_of(own), host_of(mirror)));
  settings.credentials = give_alice("r.example.com/a/b:1");
  const auto client = Client::create(settings);
  ASSERT_TRUE(client) << client.error().message();
  const auto repository = client->open(*oci::Reference::parse("r.example.com/a/b:1"));
  ASSERT_TRUE(repository);
  EXPECT_EQ(drain((*repository)->fetch_blob(describe("{}"))), "{}");
  EXPECT_FALSE(requests_of(mirror).empty());
  EXPECT_FALSE(saw_credentials(mirror));
}

TEST_F(ClientTest, MirrorsOfTheConfigurationAreAsked) {
  Server mirror(registry_script([](Exchange& e) { reply_blob(e, "blob"); }));
  CORTEN_REQUIRE_SERVER(mirror);
  auto settings = options();
  write("registries.conf",
        fmt::format("[[registry]]\nprefix = \"r.example.com\"\n[[registry.mirror]]\nlocation = \"{}/m\"\n",
                    host_of(mirror)));
  const auto client = Client::create(settings);
  ASSERT_TRUE(client) << client.error().message();
  const auto repository = client->open(*oci::Reference::parse("r.example.com/a/b:1"));
  ASSERT_TRUE(repository);
  EXPECT_EQ(drain((*repository)->fetch_blob(describe("blob"))), "blob");
  EXPECT_TRUE(requests_of(mirror)[0].target.starts_with("/v2/m/a/b/blobs/"));
}

TEST_F(ClientTest, DamagedFilesAreErrorsOfCreate) {
  auto settings = options();
  write("docker/config.json", "[");
  EXPECT_FALSE(Client::create(settings));
  settings.docker_config_dir = path("none");
  settings.registries_conf = path("missing.conf");
  EXPECT_FALSE(Client::create(settings));
}

}  // namespace
}  // namespace corten::registry::testing
