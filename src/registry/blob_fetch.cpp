#include "registry/blob_fetch.hpp"

#include <algorithm>
#include <array>

#include "registry/mirrors.hpp"
#include "registry/peer.hpp"

namespace corten::registry {
namespace {

// The body of a response, from the first byte that is wanted, with the connection it comes over.
class BodySource : public Source {
 public:
  BodySource(std::shared_ptr<Context> context, Exchange exchange, std::uint64_t skip_bytes)
      : context_(std::move(context)), exchange_(std::move(exchange)), skip_bytes_(skip_bytes) {}

  Result<std::size_t> read(MutableBytes buffer) override {
    auto& body = exchange_.response.body();
    std::array<std::uint8_t, 32768> dropped;
    while (skip_bytes_ > 0) {
      const auto wanted = std::min<std::uint64_t>(skip_bytes_, dropped.size());
      const auto size = TRY(body.read({dropped.data(), static_cast<std::size_t>(wanted)}));
      if (size == 0) return 0;
      skip_bytes_ -= size;
    }
    return body.read(buffer);
  }

 private:
  std::shared_ptr<Context> context_;  // owns the pool that the connection goes back to
  Exchange exchange_;
  std::uint64_t skip_bytes_;
};

std::optional<http::ByteRange> range_of(const ByteSpan& span, BlobFetch::Ask ask) {
  if (ask == BlobFetch::Ask::piece) return http::ByteRange{.first = span.begin, .last = span.end - 1};
  if (span.begin == 0) return std::nullopt;
  return http::ByteRange{.first = span.begin};
}

}  // namespace

Retries BlobFetch::retries(const std::stop_token& stop) const {
  return {*context_, http::Method::get, sessions_[current_]->endpoint(), stop};
}

Result<BlobFetch::Opened> BlobFetch::open(const ByteSpan& span, Ask ask, const std::stop_token& stop) {
  if (is_foreign_) return open_foreign(span, ask, stop);
  const auto rest = std::span<const std::shared_ptr<Session>>(sessions_).subspan(current_);
  auto opened = read_from_any(*context_, rest, Read::digest, [&](const std::shared_ptr<Session>& session) {
    auto result = open_at(*session, span, ask, stop);
    if (result)
      current_ = static_cast<std::size_t>(std::ranges::find(sessions_, session) - sessions_.begin());
    return result;
  });
  if (opened || opened.error().kind() != Errc::not_found || descriptor_.urls.empty()) return opened;
  auto foreign = open_foreign(span, ask, stop);
  if (foreign) is_foreign_ = true;
  return foreign;
}

Result<BlobFetch::Opened> BlobFetch::open_at(Session& session, const ByteSpan& span, Ask ask,
                                             const std::stop_token& stop) const {
  const auto digest = descriptor_.digest.to_string();
  const auto doing = fmt::format("fetching blob '{}' of '{}'", digest, session.name());
  const Call call{.target = fmt::format("/v2/{}/blobs/{}", session.endpoint().repository, digest),
                  .range = range_of(span, ask),
                  .stop = stop};
  auto exchange = TRY_CTX(session.send(call), "{}", doing);
  return check(std::move(exchange), span, doing);
}

// image-spec descriptor.md "urls": where a layer is that a registry may not hold. Only https, since whoever
// wrote the manifest chose them, and never with credentials (CVE-2020-15157).
Result<BlobFetch::Opened> BlobFetch::open_foreign(const ByteSpan& span, Ask ask,
                                                  const std::stop_token& stop) const {
  std::optional<Error> last;
  for (const auto& url : descriptor_.urls) {
    auto opened = open_url(url, span, ask, stop);
    if (opened || opened.error().kind() == Errc::canceled) return opened;
    last = std::move(opened).error();
  }
  return std::unexpected(std::move(*last));
}

Result<BlobFetch::Opened> BlobFetch::open_url(const std::string& text, const ByteSpan& span, Ask ask,
                                              const std::stop_token& stop) const {
  const auto doing =
      fmt::format("fetching blob '{}' of '{}' from the URL '{}' in its manifest",
                  descriptor_.digest.to_string(), sessions_.back()->name(), http::redacted_url(text));
  const auto parsed = TRY_CTX(http::Url::parse(text), "{}", doing);
  const auto url = parsed.without_userinfo();
  if (!url.is_https()) return fail(Errc::permission_denied, "{}: it is not https", doing);
  const Endpoint endpoint{.host = url.authority(), .repository = "", .registry = url.authority()};
  auto& peer = context_->peer(endpoint);
  Retries retries(*context_, http::Method::get, endpoint, stop);
  while (true) {
    auto exchange = peer.send(
        {.url = url, .range = range_of(span, ask), .redirects = {.follow = http::Follow::any}}, stop);
    const bool again = TRY(retries.again(exchange));
    if (again) continue;
    if (!exchange) return with_frame(std::move(exchange).error(), "{}", doing);
    return check(std::move(*exchange), span, doing);
  }
}

// Lengths are compared before any byte is read; what servers do not say is found out at the end.
Result<BlobFetch::Opened> BlobFetch::check(Exchange exchange, const ByteSpan& span,
                                           const std::string& doing) const {
  auto& response = exchange.response;
  const auto wrong_size = [&](std::uint64_t found) {
    return fail(Errc::data_loss, "{}: it has {} bytes, expected {}", doing, found, size_bytes());
  };
  if (response.status() == 200) {
    const auto length = response.content_length();
    if (length && *length != size_bytes()) {
      const auto type = response.headers().find("Content-Type").value_or("");
      if (type.starts_with("text/html")) return std::unexpected(response_error(exchange, doing));
      return wrong_size(*length);
    }
    return Opened{.source = std::make_unique<BodySource>(context_, std::move(exchange), span.begin),
                  .answer = Answer::whole};
  }
  if (response.status() == 206) {
    const auto range = TRY_CTX(
        http::parse_content_range(response.headers().find("Content-Range").value_or("")), "{}", doing);
    if (range.total_bytes && *range.total_bytes != size_bytes()) return wrong_size(*range.total_bytes);
    if (range.first != span.begin) {
      return fail(Errc::data_loss, "{}: asked for it from byte {} on, it came from byte {}", doing,
                  span.begin, range.first);
    }
    return Opened{.source = std::make_unique<BodySource>(context_, std::move(exchange), 0),
                  .answer = Answer::part};
  }
  if (response.status() == 416) {
    return fail(Errc::data_loss, "{}: it has no byte {}, expected {} bytes", doing, span.begin, size_bytes());
  }
  return std::unexpected(response_error(exchange, doing));
}

}  // namespace corten::registry
