#include "registry/location.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "registry/config_fixture.hpp"

namespace corten::registry {
namespace {

using testing::HasSubstr;

TEST(Location, IsAHostAndAPath) {
  for (const auto* text : {"docker.io", "localhost:5000", "[::1]:5000/a", "mirror", "quay.io/team/app_x"}) {
    EXPECT_EQ(*parse_location(text, Wildcard::refused), text);
  }
  EXPECT_EQ(*parse_location("Quay.IO/team//", Wildcard::refused), "quay.io/team");
  EXPECT_EQ(*parse_location("*.Example.com:5000/a", Wildcard::allowed), "*.example.com:5000/a");
}

TEST(Location, RefusesEverythingElse) {
  EXPECT_THAT(error_of(parse_location("https://quay.io", Wildcard::refused)), HasSubstr("has a scheme"));
  EXPECT_THAT(error_of(parse_location("*.quay.io", Wildcard::refused)), HasSubstr("wildcard"));
  for (const auto* text :
       {"", "/", "/a", "quay.io/Team", "quay.io/a:tag", "quay.io/a@sha256:0", "quay.io//a", "quay.io/..",
        "host:0", "host:", "*.", "*", "a*.io", "x.*.io", "us er", "a\nb", "::1"}) {
    EXPECT_FALSE(parse_location(text, Wildcard::allowed)) << text;
  }
}

TEST(Location, APrefixCoversWholeComponents) {
  EXPECT_EQ(match_prefix("quay.io/team/app", "quay.io"), 7U);
  EXPECT_EQ(match_prefix("quay.io/team/app", "quay.io/team"), 12U);
  EXPECT_EQ(match_prefix("quay.io/team/app", "quay.io/team/app"), 16U);
  for (const auto* prefix : {"quay.i", "quay.io/tea", "quay.io/team/app/x", "io", "ay.io", "quay.io:5000"}) {
    EXPECT_EQ(match_prefix("quay.io/team/app", prefix), std::nullopt) << prefix;
  }
  EXPECT_EQ(match_prefix("quay.io:5000/team", "quay.io"), std::nullopt);
}

TEST(Location, AWildcardCoversTheHostsBelow) {
  EXPECT_EQ(match_prefix("a.example.com/x", "*.example.com"), 13U);
  EXPECT_EQ(match_prefix("a.b.example.com/x", "*.example.com"), 15U);
  EXPECT_EQ(match_prefix("a.example.com/x/y", "*.example.com/x"), 15U);
  for (const auto* name : {"example.com/x", "aexample.com/x", "a.example.com:5000/x", "a.example.como/x",
                           "quay.io/a.example.com", ".example.com/x"}) {
    EXPECT_EQ(match_prefix(name, "*.example.com"), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace corten::registry
