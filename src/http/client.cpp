#include "http/client.hpp"

#include <vector>

#include "base/strings.hpp"
#include "http/client_config.hpp"
#include "http/multi.hpp"
#include "http/transfer.hpp"

namespace corten::http {
namespace {

Expect expectation(const Request& request) {
  if (request.body.empty()) return Expect::never;
  // Bytes in memory can be sent again: not worth a round trip.
  if (request.expect == Expect::automatic && !request.body.is_stream()) return Expect::never;
  return request.expect;
}

Message first_message(const Request& request) {
  return {.method = request.method,
          .url = request.url,
          .headers = request.headers,
          .has_body = !request.body.empty(),
          .body_length = request.body.length_bytes(),
          .expect = expectation(request),
          .range = request.range,
          .timeouts = request.timeouts};
}

void remove_headers(Headers& headers, bool (*unwanted)(std::string_view name)) {
  Headers kept;
  for (const auto& field : headers) {
    if (!unwanted(field.name)) (void)kept.add(field.name, field.value);
  }
  headers = std::move(kept);
}

bool is_body_header(std::string_view name) { return to_lower(name).starts_with("content-"); }

// The message after a redirect. What stayed behind once does not come back, even if the chain returns.
Result<> apply_hop(Message& message, const Hop& hop, const Url& first, Upload* upload) {
  message.method = hop.method;
  message.url = hop.url;
  message.first_host = hop.url.host() == first.host();
  if (!hop.keeps_credentials) {
    remove_headers(message.headers, is_credential_header);
    message.first_origin = false;
  }
  if (!hop.keeps_body) {
    remove_headers(message.headers, is_body_header);
    message.has_body = false;
  } else if (upload != nullptr && !upload->rewind()) {
    return fail(Errc::failed_precondition,
                "redirected to '{}' after part of the body was sent, which cannot be sent again",
                redacted_url(hop.url));
  }
  return {};
}

}  // namespace

Result<Client> Client::create(const ClientOptions& options) {
  auto config = std::make_unique<ClientConfig>();
  config->options = options;
  config->tls = TRY(load_tls_material(options.tls));
  auto multi = TRY(Multi::create(options.max_idle_connections));
  if (!config->tls.ca_pem.empty()) {
    // libcurl takes one bundle: ours must hold the system's certificates too, if there are any.
    const auto& system = multi->api().system_ca_file;
    config->ca_pem = system.empty() ? "" : load_pem_file(system).value_or("");
    config->ca_pem.append("\n").append(config->tls.ca_pem);
  }
  return Client(std::move(config), std::move(multi));
}

Client::Client(std::unique_ptr<ClientConfig> config, std::unique_ptr<Multi> multi)
    : config_(std::move(config)), multi_(std::move(multi)) {}
Client::Client(Client&& other) noexcept = default;
Client& Client::operator=(Client&& other) noexcept = default;
Client::~Client() = default;

Result<Response> Client::send(Request request, const std::stop_token& stop) {
  const auto first_title = fmt::format("{} {}", to_string(request.method), redacted_url(request.url));
  TRY_CTX(prepare_request(request), "{}", first_title);
  const bool over_socket = !config_->options.unix_socket.empty();
  if (over_socket && request.redirects.follow == Follow::any) request.redirects.follow = Follow::same_origin;

  auto message = first_message(request);
  auto upload = request.body.empty() ? nullptr : std::make_unique<Upload>(std::move(request.body));
  std::vector<Url> redirected_from;
  while (true) {
    message.proxy = over_socket ? nullptr : choose_proxy(config_->options.proxies, message.url);
    auto* body = message.has_body ? upload.get() : nullptr;
    auto transfer = TRY_CTX(Transfer::start(*multi_, *config_, message, body, stop), "{}", first_title);
    TRY(transfer->wait_for_answer());
    const auto hops = static_cast<int>(redirected_from.size());
    const auto hop = TRY_CTX(next_hop(request.redirects, message.method, message.url, transfer->status(),
                                      transfer->headers().find("Location"), hops, message.has_body),
                             "{}", transfer->title());
    if (!hop) {
      transfer->keep_upload(std::move(upload));
      return Response(std::move(transfer), std::move(redirected_from));
    }
    transfer->discard();
    TRY_CTX(apply_hop(message, *hop, request.url, body), "{}", transfer->title());
    redirected_from.push_back(transfer->url());
  }
}

}  // namespace corten::http
