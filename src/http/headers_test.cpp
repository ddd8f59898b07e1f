#include "http/headers.hpp"

#include <gtest/gtest.h>

#include "http/basic_auth.hpp"
#include "http/range.hpp"
#include "http/request.hpp"

namespace corten::http {
namespace {

TEST(Headers, NamesAreComparedWithoutCase) {
  Headers headers;
  ASSERT_TRUE(headers.add("Link", "one"));
  ASSERT_TRUE(headers.add("LINK", "  two\t"));
  EXPECT_EQ(headers.find("link"), "one");
  EXPECT_EQ(headers.find_all("lInK"), (std::vector<std::string_view>{"one", "two"}));
  EXPECT_EQ(headers.find("other"), std::nullopt);
  ASSERT_TRUE(headers.set("link", "three"));
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_EQ(headers.remove("Link"), 1U);
  EXPECT_TRUE(headers.empty());
}

TEST(Headers, InjectionIsRefused) {
  Headers headers;
  for (const auto* name : {"", "a b", "a:b", "a\r\nb", "\xc3\xa9", "a\x01"})
    EXPECT_FALSE(headers.add(name, "v")) << name;
  for (const auto* value : {"a\r\nEvil: 1", "a\nb", "a\rb", "a\x01", "a\x7f"})
    EXPECT_FALSE(headers.add("n", value));
  EXPECT_FALSE(headers.add("n", std::string_view("a\0b", 3)));
  EXPECT_TRUE(headers.empty());
  EXPECT_EQ(headers.add("X-Secret", "hunter2\n").error().message().find("hunter2"), std::string::npos);
}

TEST(Headers, SetKeepsTheOldValueWhenTheNewOneIsRefused) {
  Headers headers;
  ASSERT_TRUE(headers.add("n", "old"));
  EXPECT_FALSE(headers.set("n", "new\n"));
  EXPECT_EQ(headers.find("n"), "old");
}

TEST(HeaderLine, IsSplitAtTheFirstColon) {
  const auto field = parse_header_line("Location:  http://h:1/x \r\n").value();
  EXPECT_EQ(field.name, "Location");
  EXPECT_EQ(field.value, "http://h:1/x");
  EXPECT_EQ(parse_header_line("Empty:\r\n").value().value, "");
}

TEST(HeaderLine, OtherTextIsTheServersMistake) {
  for (const auto* line : {"no colon\r\n", " folded: x\r\n", "na me: x\r\n", ": x", "n: a\x02"}) {
    EXPECT_EQ(parse_header_line(line).error().kind(), Errc::data_loss) << line;
  }
}

TEST(ContentLength, DisagreementsAreRefused) {
  Headers headers;
  EXPECT_EQ(find_content_length(headers).value(), std::nullopt);
  ASSERT_TRUE(headers.add("Content-Length", "12"));
  ASSERT_TRUE(headers.add("Content-Length", "12"));
  EXPECT_EQ(find_content_length(headers).value(), 12U);
  ASSERT_TRUE(headers.add("Content-Length", "13"));
  EXPECT_FALSE(find_content_length(headers));
  ASSERT_TRUE(headers.add("Transfer-Encoding", "chunked"));
  EXPECT_EQ(find_content_length(headers).value(), std::nullopt);
  ASSERT_TRUE(headers.set("Content-Length", "-1"));
  headers.remove("Transfer-Encoding");
  EXPECT_FALSE(find_content_length(headers));
}

TEST(Range, IsWrittenAndContentRangeRead) {
  EXPECT_EQ(to_string(ByteRange{.first = 10}), "bytes=10-");
  EXPECT_EQ(to_string(ByteRange{.first = 10, .last = 19}), "bytes=10-19");
  EXPECT_EQ(parse_content_range("bytes 10-19/100").value(), (ContentRange{10, 19, 100}));
  EXPECT_EQ(parse_content_range("Bytes 0-0/*").value(), (ContentRange{0, 0, std::nullopt}));
  for (const auto* bad : {"", "bytes", "bytes */100", "bytes 9-1/100", "bytes 0-100/100", "items 0-1/2",
                          "bytes 0-1", "bytes 0-99999999999999999999/*", "bytes -1-2/3"}) {
    EXPECT_EQ(parse_content_range(bad).error().kind(), Errc::data_loss) << bad;
  }
}

TEST(BasicAuth, IsBase64OfUserAndPassword) {
  EXPECT_EQ(basic_authorization("Aladdin", "open sesame").value(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_authorization_from_userinfo("Al%61ddin:open%20sesame").value(),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  // RFC 4648 section 10.
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("fo"), "Zm8=");
  EXPECT_EQ(to_base64("foobar"), "Zm9vYmFy");
  EXPECT_FALSE(basic_authorization("a:b", "c"));
  EXPECT_FALSE(basic_authorization("a", "c\n"));
}

Request request_to(std::string_view url) { return {.url = Url::parse(url).value()}; }

TEST(PrepareRequest, UserInfoBecomesAHeader) {
  auto request = request_to("https://user:pass@h/");
  ASSERT_TRUE(prepare_request(request));
  EXPECT_EQ(request.url.userinfo(), "");
  EXPECT_EQ(request.headers.find("authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_EQ(request.headers.find("Accept-Encoding"), "identity");
}

TEST(PrepareRequest, AnExplicitAuthorizationWins) {
  auto request = request_to("https://user:pass@h/");
  ASSERT_TRUE(request.headers.add("Authorization", "Bearer t"));
  ASSERT_TRUE(prepare_request(request));
  EXPECT_EQ(request.headers.find_all("Authorization"), std::vector<std::string_view>{"Bearer t"});
}

TEST(PrepareRequest, FramingHeadersAreRefused) {
  for (const auto* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "Expect", "Range"}) {
    auto request = request_to("https://h/");
    ASSERT_TRUE(request.headers.add(name, "x"));
    EXPECT_EQ(prepare_request(request).error().kind(), Errc::invalid_argument) << name;
  }
}

TEST(PrepareRequest, GetHasNoBodyAndRangesAreInOrder) {
  auto request = request_to("https://h/");
  request.body = Body::bytes("x");
  EXPECT_EQ(prepare_request(request).error().message(), "a GET request has no body");
  request.body = {};
  request.range = ByteRange{.first = 5, .last = 4};
  EXPECT_FALSE(prepare_request(request));
}

}  // namespace
}  // namespace corten::http
