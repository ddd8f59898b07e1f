#include "http/response.hpp"

#include "base/strings.hpp"
#include "http/transfer.hpp"

namespace corten::http {

Response::Response(std::unique_ptr<Transfer> transfer, std::vector<Url> redirected_from)
    : transfer_(std::move(transfer)), redirected_from_(std::move(redirected_from)) {}
Response::Response(Response&& other) noexcept = default;
Response& Response::operator=(Response&& other) noexcept = default;
Response::~Response() = default;

int Response::status() const { return transfer_->status(); }
const Headers& Response::headers() const { return transfer_->headers(); }
const Url& Response::url() const { return transfer_->url(); }
std::optional<std::uint64_t> Response::content_length() const { return transfer_->content_length(); }
Source& Response::body() { return *transfer_; }
void Response::discard() { transfer_->discard(); }

Result<std::vector<Challenge>> Response::challenges() const {
  return TRY_CTX(parse_challenges(headers().find_all("WWW-Authenticate")), "{}", transfer_->title());
}

Result<std::string> Response::text(std::size_t max_bytes) {
  const auto encoding = headers().find("Content-Encoding").value_or("identity");
  if (!encoding.empty() && !equal_ignoring_case(encoding, "identity")) {
    return fail(Errc::data_loss, "{}: the answer is encoded as '{}', which was not asked for",
                transfer_->title(), encoding);
  }
  const auto too_large = [&] {
    return fail(Errc::data_loss, "{}: the answer is over {} bytes", transfer_->title(), max_bytes);
  };
  if (content_length().value_or(0) > max_bytes) return too_large();
  std::string text;
  std::string buffer(std::size_t{32} * 1024, '\0');
  while (true) {
    const auto size = TRY(transfer_->read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}));
    if (size == 0) return text;
    if (size > max_bytes - text.size()) return too_large();
    text.append(buffer, 0, size);
  }
}

}  // namespace corten::http
