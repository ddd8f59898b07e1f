#include <cstdint>
#include <cstdlib>

#include "http/proxy.hpp"
#include "http/url.hpp"

// A URL that parses is normal: writing and parsing it again changes nothing, nothing in it can break a
// request line, and no message shows its user info.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using corten::http::Url;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)corten::http::redacted_url(text);
  (void)corten::http::parse_proxy(text);
  const auto base = Url::parse("https://user:pw@example.org:5000/a/b?c").value();
  (void)base.resolve(text);
  const auto url = Url::parse(text);
  if (!url) return 0;
  const auto written = url->to_string();
  for (const char c : written) {
    if (c <= ' ' || c >= 0x7f) std::abort();
  }
  const auto again = Url::parse(written);
  if (!again || *again != url->without_userinfo()) std::abort();
  if (base.resolve(text).value() != *url) std::abort();
  const auto shown = corten::http::redacted_url(text);
  if (url->userinfo().size() > 3 && shown.find(url->userinfo() + "@") != std::string::npos) std::abort();
  return 0;
}
