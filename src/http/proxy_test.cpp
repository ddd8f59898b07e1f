#include "http/proxy.hpp"

#include <map>

#include <gtest/gtest.h>

#include "http/host.hpp"

namespace corten::http {
namespace {

using Environment = std::map<std::string, std::string>;

Result<ProxySettings> settings_of(const Environment& environment) {
  return parse_proxy_environment([&](const char* name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  });
}

std::string chosen(const ProxySettings& settings, std::string_view url) {
  const auto* proxy = choose_proxy(settings, Url::parse(url).value());
  return proxy == nullptr ? "direct" : proxy->to_string();
}

TEST(Proxy, IsParsedInAllItsForms) {
  EXPECT_EQ(parse_proxy("proxy:3128").value().to_string(), "http://proxy:3128");
  EXPECT_EQ(parse_proxy("proxy").value().to_string(), "http://proxy:80");
  EXPECT_EQ(parse_proxy("http://proxy:80/").value().to_string(), "http://proxy:80");
  EXPECT_EQ(parse_proxy("HTTPS://Proxy").value().to_string(), "https://proxy:443");
  EXPECT_EQ(parse_proxy("socks5h://[::1]").value().to_string(), "socks5h://[::1]:1080");
  const auto proxy = parse_proxy("http://u%40x:p%3A%2F@proxy:8080").value();
  EXPECT_EQ(proxy.user, "u@x");
  EXPECT_EQ(proxy.password, "p:/");
  EXPECT_EQ(proxy.to_string(), "http://proxy:8080");
}

TEST(Proxy, ErrorsDoNotShowThePassword) {
  for (const auto* text :
       {"ftp://u:secret@proxy", "http://u:secret@", "http://u:secret@pro xy", "http://u:secret@h:x"}) {
    const auto error = parse_proxy(text).error().message();
    EXPECT_EQ(error.find("secret"), std::string::npos) << error;
  }
  const auto error = settings_of({{"https_proxy", "gopher://x"}}).error().message();
  EXPECT_TRUE(error.starts_with("environment variable https_proxy: ")) << error;
}

TEST(ProxyEnvironment, LowerCaseWinsAndEachSchemeHasItsOwn) {
  const auto settings = settings_of({{"http_proxy", "a:1"},
                                     {"HTTP_PROXY", "b:1"},
                                     {"HTTPS_PROXY", "c:1"},
                                     {"ALL_PROXY", "d:1"},
                                     {"no_proxy", "x.example, .y.example\tz.example,,"}})
                            .value();
  EXPECT_EQ(chosen(settings, "http://h/"), "http://a:1");
  EXPECT_EQ(chosen(settings, "https://h/"), "http://c:1");
  EXPECT_EQ(settings.no_proxy, (std::vector<std::string>{"x.example", ".y.example", "z.example"}));
}

TEST(ProxyEnvironment, AllProxyServesSchemesWithoutTheirOwn) {
  const auto settings = settings_of({{"all_proxy", "socks5://s"}, {"https_proxy", " "}}).value();
  EXPECT_EQ(chosen(settings, "https://h/"), "socks5://s:1080");
  EXPECT_EQ(chosen(settings, "http://h/"), "socks5://s:1080");
}

TEST(ProxyEnvironment, UpperCaseHttpProxyIsIgnoredInCgi) {
  EXPECT_EQ(chosen(settings_of({{"HTTP_PROXY", "b:1"}}).value(), "http://h/"), "http://b:1");
  const auto cgi = settings_of({{"HTTP_PROXY", "b:1"}, {"REQUEST_METHOD", "GET"}}).value();
  EXPECT_EQ(chosen(cgi, "http://h/"), "direct");
}

TEST(ChooseProxy, LoopbackIsAlwaysDirect) {
  const auto settings = settings_of({{"all_proxy", "p:1"}}).value();
  for (const auto* url :
       {"http://localhost:5000/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]:5000/",
        "http://a.localhost/", "http://LOCALHOST./", "http://[::ffff:127.0.0.1]/"}) {
    EXPECT_EQ(chosen(settings, url), "direct") << url;
  }
  EXPECT_EQ(chosen(settings, "http://notlocalhost/"), "http://p:1");
  EXPECT_EQ(chosen(settings, "http://128.0.0.1/"), "http://p:1");
}

struct Rule {
  const char* rule;
  const char* url;
  bool direct;
};

TEST(ChooseProxy, NoProxyRules) {
  constexpr Rule kRules[] = {
      {"example.com", "http://example.com/", true},
      {"example.com", "http://EXAMPLE.com:8080/", true},
      {"example.com", "http://reg.example.com/", true},
      {"example.com", "http://notexample.com/", false},
      {"Example.Com.", "http://example.com/", true},
      {".example.com", "http://example.com/", false},
      {".example.com", "http://a.example.com/", true},
      {"*.example.com", "http://a.b.example.com/", true},
      {"*.example.com", "http://example.com/", false},
      {"example.com:8080", "http://example.com:8080/", true},
      {"example.com:8080", "http://example.com/", false},
      {"example.com:443", "https://example.com/", true},
      {"*", "https://anything/", true},
      {"10.0.0.0/8", "http://10.255.1.2/", true},
      {"10.0.0.0/8", "http://11.0.0.1/", false},
      {"10.0.0.0/8", "http://ten.example/", false},
      {"10.128.0.0/9", "http://10.127.0.1/", false},
      {"0.0.0.0/0", "http://8.8.8.8/", true},
      {"0.0.0.0/0", "http://[2001:db8::1]/", false},
      {"2001:db8::/32", "http://[2001:db8:1::1]/", true},
      {"2001:db8::/32", "http://[2001:db9::1]/", false},
      {"192.0.2.7", "http://192.0.2.7/", true},
      {"192.0.2.7", "http://192.0.2.70/", false},
      {"192.0.2.7:81", "http://192.0.2.7/", false},
      {"2001:db8::1", "http://[2001:DB8:0::1]/", true},
      {"[2001:db8::1]:443", "https://[2001:db8::1]/", true},
      {"10.0.0.0/33", "http://10.0.0.1/", false},
      {"10.0.0.0/x", "http://10.0.0.1/", false},
      {".", "http://h/", false},
      {"[", "http://h/", false},
      {"0.2.7", "http://192.0.2.7/", false},
  };
  for (const auto& [rule, url, direct] : kRules) {
    ProxySettings settings{
        .http = parse_proxy("p:1").value(), .https = parse_proxy("p:1").value(), .no_proxy = {rule}};
    EXPECT_EQ(choose_proxy(settings, Url::parse(url).value()) == nullptr, direct) << rule << " " << url;
  }
}

TEST(Host, AddressesHaveOneForm) {
  EXPECT_EQ(parse_host("2001:0DB8:0:0::1").value(), "2001:db8::1");
  EXPECT_EQ(parse_host("192.0.2.1").value(), "192.0.2.1");
  EXPECT_EQ(parse_host("::ffff:1.2.3.4").value(), "::ffff:1.2.3.4");
  EXPECT_FALSE(parse_host("1.2.3.04"));
  EXPECT_FALSE(parse_host("1.2.3.400"));
}

}  // namespace
}  // namespace corten::http
