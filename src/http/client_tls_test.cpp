#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "http/test_client.hpp"
#include "http/test_tls.hpp"

namespace corten::http::test {
namespace {

using std::chrono::milliseconds;

// A directory of this test's own, with files in it.
class Files {
 public:
  Files() : path_(testing::TempDir() + fmt::format("corten-http-{}-{}", ::getpid(), test_name())) {
    std::filesystem::create_directory(path_);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    for (const auto& file : files_) std::filesystem::remove(file);
    std::filesystem::remove(path_);
  }
  std::string add(const std::string& name, const std::string& text) {
    files_.push_back(path_ + "/" + name);
    std::ofstream(files_.back()) << text;
    return files_.back();
  }
  const std::string& path() const { return path_; }

 private:
  static std::string test_name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

  std::string path_;
  std::vector<std::string> files_;
};

const Script say_hello = [](Exchange& e) { e.reply(200, "hello"); };

ClientOptions insecure() { return {.tls = {.verify = Verify::skipped}}; }

TEST(ClientTls, AnUnknownCertificateIsRefusedWithAHint) {
  const TlsIdentity identity;
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client();
  const auto error = client.send(make_request(server.url())).error().clone();
  EXPECT_EQ(error.kind(), Errc::failed_precondition);
  EXPECT_NE(error.message().find("cannot be trusted: "), std::string::npos) << error.message();
  EXPECT_FALSE(error.hint().empty());
  EXPECT_TRUE(server.requests().empty());
}

TEST(ClientTls, SkippingVerificationIsExplicit) {
  const TlsIdentity identity("wrong.example");
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  EXPECT_EQ(fetch_text(client, make_request(server.url())), "hello");
}

TEST(ClientTls, AddedCaFilesAndDirectoriesAreTrusted) {
  const TlsIdentity identity;
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  Files files;
  const auto file = files.add("ca.crt", identity.certificate_pem());
  files.add("ignored.key", "not a certificate");
  auto by_file = make_client({.tls = {.ca_files = {file}}});
  EXPECT_EQ(fetch_text(by_file, make_request(server.url())), "hello");
  auto by_dir = make_client({.tls = {.ca_dirs = {files.path()}}});
  EXPECT_EQ(fetch_text(by_dir, make_request(server.url())), "hello");
}

TEST(ClientTls, ATrustedCertificateForAnotherHostIsRefused) {
  const TlsIdentity identity("wrong.example");
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  Files files;
  auto client = make_client({.tls = {.ca_files = {files.add("ca.crt", identity.certificate_pem())}}});
  EXPECT_EQ(client.send(make_request(server.url())).error().kind(), Errc::failed_precondition);
}

TEST(ClientTls, OlderThanTls12IsRefused) {
  TlsIdentity identity;
  identity.limit_version(TLS1_1_VERSION);
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  const auto error = client.send(make_request(server.url())).error().clone();
  EXPECT_EQ(error.kind(), Errc::failed_precondition) << error.message();
  TlsIdentity newer;
  newer.limit_version(TLS1_2_VERSION);
  Server good(say_hello, &newer);
  EXPECT_EQ(fetch_text(client, make_request(good.url())), "hello");
}

TEST(ClientTls, PlainHttpOnAnHttpsUrlIsSaid) {
  Server server(say_hello);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  const auto error =
      client.send(make_request(fmt::format("https://127.0.0.1:{}/", server.port()))).error().clone();
  EXPECT_EQ(error.kind(), Errc::failed_precondition) << error.message();
  EXPECT_NE(error.message().find("TLS handshake"), std::string::npos);
  EXPECT_NE(error.hint().find("insecure"), std::string_view::npos);
}

TEST(ClientTls, BadFilesAreNamedWhenTheClientIsMade) {
  Files files;
  const auto garbage = files.add("ca.crt", "garbage");
  EXPECT_EQ(Client::create({.tls = {.ca_files = {garbage}}}).error().message(),
            "loading CA certificates: '" + garbage + "' is not a PEM file: no line '-----BEGIN ...'");
  EXPECT_EQ(Client::create({.tls = {.ca_files = {"/nowhere/ca.crt"}}}).error().kind(), Errc::not_found);
  EXPECT_EQ(Client::create({.tls = {.ca_dirs = {"/nowhere"}}}).error().kind(), Errc::not_found);
  EXPECT_EQ(Client::create({.tls = {.client_key_file = "x"}}).error().kind(), Errc::invalid_argument);
}

TEST(ClientTls, AClientCertificateIsShownToItsOriginOnly) {
  const TlsIdentity ours("client.example");
  TlsIdentity theirs;
  theirs.ask_for_client_certificate();
  Server other(say_hello, &theirs);
  Server registry([&](Exchange& e) { e.reply(302, "", "Location: " + other.url() + "\r\n"); }, &theirs);
  CORTEN_REQUIRE_SERVER(registry);
  Files files;
  auto client =
      make_client({.tls = {.client_certificate_file = files.add("client.cert", ours.certificate_pem()),
                           .client_key_file = files.add("client.key", ours.key_pem()),
                           .verify = Verify::skipped}});
  auto request = make_request(registry.url());
  request.redirects.follow = Follow::any;
  EXPECT_EQ(fetch_text(client, std::move(request)), "hello");
  EXPECT_EQ(registry.last_client_subject(), "/CN=client.example");
  EXPECT_EQ(other.last_client_subject(), "");
}

TEST(ClientTls, SkippingVerificationEndsWithTheHost) {
  const TlsIdentity identity;
  Server other(say_hello, &identity);
  const auto target = fmt::format("https://localhost:{}/", other.port());
  Server registry([&](Exchange& e) { e.reply(302, "", "Location: " + target + "\r\n"); }, &identity);
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client(insecure());
  auto request = make_request(registry.url());
  request.redirects.follow = Follow::any;
  EXPECT_EQ(client.send(std::move(request)).error().kind(), Errc::failed_precondition);
  EXPECT_TRUE(other.requests().empty());
}

TEST(ClientTls, DowngradesToHttpAreRefusedAndNeverCarryCredentials) {
  const TlsIdentity identity;
  Server plain(say_hello);
  Server registry([&](Exchange& e) { e.reply(302, "", "Location: " + plain.url() + "\r\n"); }, &identity);
  CORTEN_REQUIRE_SERVER(registry);
  auto client = make_client(insecure());
  auto request = make_request(registry.url());
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer t0ps3cret"));
  request.redirects.follow = Follow::any;
  EXPECT_NE(client.send(request).error().message().find("which is not encrypted"), std::string::npos);
  EXPECT_TRUE(plain.requests().empty());
  request.redirects.allow_downgrade = true;
  EXPECT_EQ(fetch_text(client, std::move(request)), "hello");
  EXPECT_EQ(plain.requests().at(0).header("Authorization"), "");
}

TEST(ClientTls, LargeBodiesSurviveBackPressure) {
  const auto data = make_pattern(3'000'000);
  const TlsIdentity identity;
  Server server([&](Exchange& e) { e.reply(200, data); }, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  auto response = client.send(make_request(server.url())).value();
  std::string received;
  std::array<std::uint8_t, 50'000> buffer{};
  while (true) {
    const auto size = response.body().read(buffer).value();
    if (size == 0) break;
    received.append(reinterpret_cast<const char*>(buffer.data()), size);
    // Now and then a reader that is busy elsewhere, so that OpenSSL holds decrypted bytes while we are
    // paused.
    if (received.size() % 7 == 0) std::this_thread::sleep_for(milliseconds(1));
  }
  EXPECT_TRUE(received == data);
}

// Without Content-Length only the TLS close tells the end from a cut (RFC 9112 section 9.8).
TEST(ClientTls, ABodyCutWithoutCloseNotifyIsAnError) {
  const TlsIdentity identity;
  Server server(
      [](Exchange& e) {
        e.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf");
        e.close(true);
      },
      &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  const auto text = fetch_text(client, make_request(server.url()));
  EXPECT_TRUE(text.starts_with("error: ")) << text;
}

TEST(ClientTls, AServerThatLeavesDuringAnUploadRaisesNoSignal) {
  ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL) << "SIGPIPE must kill for this test to mean anything";
  const TlsIdentity identity;
  Server server([](Exchange& e) { e.close(true); }, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto client = make_client(insecure());
  for (int i = 0; i < 3; ++i) {
    auto request = make_request(server.url(), Method::put);
    request.body = Body::bytes(std::string(8'000'000, 'x'));
    EXPECT_EQ(client.send(std::move(request)).error().kind(), Errc::unavailable);
  }
}

TEST(ClientTls, Http2IsOnlyAnOffer) {
  const TlsIdentity identity;
  Server server(say_hello, &identity);
  CORTEN_REQUIRE_SERVER(server);
  auto options = insecure();
  options.version = HttpVersion::http2_if_offered;
  auto client = make_client(options);
  EXPECT_EQ(fetch_text(client, make_request(server.url())), "hello");
}

}  // namespace
}  // namespace corten::http::test
