#include "http/request.hpp"

#include <algorithm>
#include <array>

#include "base/strings.hpp"
#include "http/basic_auth.hpp"

namespace corten::http {

Body Body::bytes(std::string data) {
  Body body;
  body.length_bytes_ = data.size();
  body.bytes_ = std::move(data);
  return body;
}

Body Body::stream(Source& source, std::optional<std::uint64_t> length_bytes) {
  Body body;
  body.source_ = &source;
  body.length_bytes_ = length_bytes;
  return body;
}

const std::string& Body::data() const {
  static const std::string none;
  return bytes_ ? *bytes_ : none;
}

std::optional<std::uint64_t> Body::length_bytes() const {
  return empty() ? std::optional<std::uint64_t>(0) : length_bytes_;
}

Result<> prepare_request(Request& request) {
  // Framing and routing are the client's: two opinions about them are how requests are smuggled.
  constexpr std::array<std::string_view, 12> kOurs{"Host",
                                                   "Content-Length",
                                                   "Transfer-Encoding",
                                                   "Connection",
                                                   "Keep-Alive",
                                                   "Proxy-Connection",
                                                   "Range",
                                                   "Proxy-Authorization",
                                                   "Expect",
                                                   "Upgrade",
                                                   "TE",
                                                   "Trailer"};
  for (const auto& field : request.headers) {
    if (std::ranges::any_of(kOurs, [&](auto name) { return equal_ignoring_case(name, field.name); })) {
      return fail(Errc::invalid_argument, "header '{}' cannot be set on a request", field.name);
    }
  }
  const bool bodiless = request.method == Method::get || request.method == Method::head;
  if (bodiless && !request.body.empty()) {
    return fail(Errc::invalid_argument, "a {} request has no body", to_string(request.method));
  }
  if (request.range && request.range->last && *request.range->last < request.range->first) {
    return fail(Errc::invalid_argument, "the range {} ends before it starts", to_string(*request.range));
  }
  if (!request.url.userinfo().empty() && !request.headers.has("Authorization")) {
    const auto value = TRY(basic_authorization_from_userinfo(request.url.userinfo()));
    TRY(request.headers.add("Authorization", value));
  }
  request.url = request.url.without_userinfo();
  // Digests are over the bytes that travel: nothing may be decoded, so nothing encoded is asked for.
  if (!request.headers.has("Accept-Encoding")) TRY(request.headers.add("Accept-Encoding", "identity"));
  return {};
}

}  // namespace corten::http
