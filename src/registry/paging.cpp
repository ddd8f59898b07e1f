#include "registry/paging.hpp"

#include "registry/link.hpp"
#include "registry/next_address.hpp"

namespace corten::registry {
namespace {

// The next page's address; a registry that sends its client elsewhere for a list is not believed.
Result<std::optional<std::string>> find_next_page(const http::Response& response, bool insecure) {
  const auto link = TRY(find_next_link(response.headers().find_all("Link")));
  if (!link) return std::nullopt;
  const auto url = TRY(resolve_next_address(response.url(), *link, insecure));
  if (!http::same_origin(url, response.url())) {
    return fail(Errc::data_loss, "the next page is said to be on another server, '{}'",
                http::redacted_url(url));
  }
  return url.to_string();
}

}  // namespace

Result<bool> read_pages(Session& session, Call call, const std::string& title, const ReadPage& read) {
  for (int pages = 0; pages < kMaxPages; ++pages) {
    auto exchange = TRY(session.send(call));
    if (exchange.response.status() == 404 && pages == 0) {
      exchange.response.discard();
      return false;
    }
    if (exchange.response.status() != 200)
      return std::unexpected(response_error(exchange, "fetching " + title));
    auto next = TRY_CTX(find_next_page(exchange.response, session.endpoint().insecure), "fetching {}", title);
    TRY(read(exchange, title));
    if (!next) return true;
    if (*next == call.target) return fail(Errc::data_loss, "fetching {}: the next page is this page", title);
    call.target = std::move(*next);
  }
  return fail(Errc::data_loss, "fetching {}: more than {} pages", title, kMaxPages);
}

}  // namespace corten::registry
