#include "registry/server_address.hpp"

#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"

namespace corten::registry {
namespace {

TEST(RegistryName, IsTheHostOfWhateverWasTyped) {
  EXPECT_EQ(*parse_registry_name("ghcr.io"), "ghcr.io");
  EXPECT_EQ(*parse_registry_name("https://GHCR.io/v2/"), "ghcr.io");
  EXPECT_EQ(*parse_registry_name("http://localhost:5000/"), "localhost:5000");
  EXPECT_EQ(*parse_registry_name("[::1]:5000"), "[::1]:5000");
  EXPECT_EQ(*parse_registry_name("ghcr.io/team/app"), "ghcr.io");
}

TEST(RegistryName, DockerHubHasManyNames) {
  for (const auto* name : {"docker.io", "https://index.docker.io/v1/", "index.docker.io",
                           "registry-1.docker.io", "https://registry-1.docker.io/v2/"}) {
    EXPECT_EQ(*parse_registry_name(name), "docker.io") << name;
  }
  EXPECT_EQ(server_address("docker.io"), "https://index.docker.io/v1/");
  EXPECT_EQ(server_address("ghcr.io"), "ghcr.io");
}

TEST(RegistryName, RefusesWhatIsNoHost) {
  EXPECT_EQ(error_of(parse_registry_name("host:0")),
            "'host:0' is not the name of a registry: port 0 is not between 1 and 65535");
  for (const auto* name : {"", "https://", "a b", "host:", "host:x", "host:70000", "::1", "user@host", "a\nb",
                           "../x", "https://https://x"}) {
    EXPECT_FALSE(parse_registry_name(name)) << name;
  }
}

}  // namespace
}  // namespace corten::registry
