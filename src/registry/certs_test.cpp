#include "registry/certs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"
#include "sys/users.hpp"

namespace corten::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class CertificatesTest : public ConfigTest {
 protected:
  Result<http::TlsOptions> find(std::string_view host) const {
    const std::vector<std::string> directories = {path("first"), path("second")};
    return find_certificates(host, directories);
  }
};

TEST_F(CertificatesTest, NoDirectoryMeansNothingSpecial) {
  const auto found = find("ghcr.io");
  ASSERT_TRUE(found) << error_of(found);
  EXPECT_THAT(found->ca_files, IsEmpty());
  EXPECT_EQ(found->client_certificate_file, "");
}

TEST_F(CertificatesTest, TakesAuthoritiesAndAClientCertificate) {
  write("first/host:5000/b.crt", "");
  write("first/host:5000/a.crt", "");
  write("first/host:5000/me.cert", "");
  write("first/host:5000/me.key", "");
  write("first/host:5000/README", "");
  const auto found = find("host:5000");
  ASSERT_TRUE(found) << error_of(found);
  EXPECT_THAT(found->ca_files, ElementsAre(path("first/host:5000/a.crt"), path("first/host:5000/b.crt")));
  EXPECT_EQ(found->client_certificate_file, path("first/host:5000/me.cert"));
  EXPECT_EQ(found->client_key_file, path("first/host:5000/me.key"));
  EXPECT_THAT(find("host")->ca_files, IsEmpty());
}

TEST_F(CertificatesTest, TheFirstDirectoryWithTheHostCounts) {
  write("second/a.io/ca.crt", "");
  EXPECT_THAT(find("a.io")->ca_files, ElementsAre(path("second/a.io/ca.crt")));
  std::filesystem::create_directories(path("first/a.io"));
  EXPECT_THAT(find("a.io")->ca_files, IsEmpty());
}

TEST_F(CertificatesTest, HalvesOfAPairAreNamed) {
  write("first/a.io/me.cert", "");
  EXPECT_EQ(find("a.io").error().kind(), Errc::failed_precondition);
  EXPECT_THAT(error_of(find("a.io")), HasSubstr("'me.cert' is there but 'me.key' is not"));
  write("first/b.io/me.key", "");
  EXPECT_THAT(error_of(find("b.io")), HasSubstr("'me.key' is there but 'me.cert' is not"));
}

TEST_F(CertificatesTest, OneClientCertificateIsTheMost) {
  for (const auto* name : {"a.cert", "a.key", "b.cert", "b.key"})
    write(std::string("first/a.io/") + name, "");
  EXPECT_EQ(find("a.io").error().kind(), Errc::unsupported);
}

TEST_F(CertificatesTest, AHostIsNoPath) {
  for (const auto* host : {"", ".", "..", "../x", "a/b"}) EXPECT_FALSE(find(host)) << host;
}

TEST_F(CertificatesTest, ACertDirHoldsTheFilesItself) {
  write("mine/ca.crt", "");
  const auto found = load_certificate_directory(path("mine"));
  ASSERT_TRUE(found) << error_of(found);
  EXPECT_THAT(found->ca_files, ElementsAre(path("mine/ca.crt")));
  const auto missing = load_certificate_directory(path("nowhere"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), Errc::not_found);
  EXPECT_THAT(error_of(missing), HasSubstr(path("nowhere")));
}

TEST(CertificateDirectories, UsersHaveTheirOwnFirst) {
  ::setenv("XDG_CONFIG_HOME", "/home/alice/.config", 1);
  const auto directories = certificate_directories();
  ::unsetenv("XDG_CONFIG_HOME");
  if (sys::current_user().is_root()) {
    EXPECT_THAT(directories, ElementsAre("/etc/docker/certs.d", "/etc/containers/certs.d"));
  } else {
    EXPECT_THAT(directories,
                ElementsAre("/home/alice/.config/docker/certs.d", "/home/alice/.config/containers/certs.d",
                            "/etc/docker/certs.d", "/etc/containers/certs.d"));
  }
}

}  // namespace
}  // namespace corten::registry
