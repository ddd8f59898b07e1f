#include "registry/next_address.hpp"

#include <gtest/gtest.h>

namespace corten::registry {
namespace {

std::string resolved(std::string_view from, std::string_view location, bool insecure = false) {
  const auto base = http::Url::parse(from).value();
  const auto url = resolve_next_address(base, location, insecure);
  return url ? url->to_string() : "error: " + url.error().message();
}

TEST(NextAddress, RelativeAndWholeAddressesKeepTheirQueryAsWritten) {
  const auto* from = "https://r.example:5000/v2/a/blobs/uploads/";
  EXPECT_EQ(resolved(from, "/v2/a/blobs/uploads/1?_state=a%3D%3D&x"),
            "https://r.example:5000/v2/a/blobs/uploads/1?_state=a%3D%3D&x");
  EXPECT_EQ(resolved(from, "1?_state=x"), "https://r.example:5000/v2/a/blobs/uploads/1?_state=x");
  EXPECT_EQ(resolved(from, "https://s3.example/k?sig=a%2Fb"), "https://s3.example/k?sig=a%2Fb");
}

TEST(NextAddress, RegistryThatDoesNotKnowOfItsTlsProxyIsUnderstood) {
  EXPECT_EQ(resolved("https://r.example/v2/", "http://r.example/v2/u?s=1"), "https://r.example/v2/u?s=1");
  EXPECT_EQ(resolved("https://r.example:5443/v2/", "http://r.example/v2/u"), "https://r.example:5443/v2/u");
}

TEST(NextAddress, PlainHttpElsewhereNeedsTheUsersWord) {
  EXPECT_TRUE(resolved("https://r.example/v2/", "http://s.example/u").starts_with("error: "));
  EXPECT_EQ(resolved("https://r.example/v2/", "http://s.example/u", true), "http://s.example/u");
  EXPECT_EQ(resolved("http://127.0.0.1:5000/v2/", "http://s.example/u"), "http://s.example/u");
}

TEST(NextAddress, UserInfoOfTheRegistrysIsDropped) {
  EXPECT_EQ(resolved("http://h/v2/", "http://u:p@s.example/u"), "http://s.example/u");
}

TEST(NextAddress, WhatIsNoAddressIsTheRegistrysMistake) {
  const auto url = resolve_next_address(http::Url::parse("https://h/v2/").value(), "ftp://x/y", false);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind(), Errc::data_loss);
}

}  // namespace
}  // namespace corten::registry
