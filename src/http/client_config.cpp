#include "http/client_config.hpp"

namespace corten::http {
namespace {

constexpr long kReceiveBufferBytes = 256L * 1024;
constexpr long kSendBufferBytes = 256L * 1024;
constexpr long kExpectTimeoutMs = 1000;

void set_transport(Easy& easy, const Message& message, const ClientConfig& config) {
  easy.set_text(CURLOPT_URL, message.url.to_string());
  // Our Url is normalised already, and a path that was resolved twice could name something else.
  easy.set(CURLOPT_PATH_AS_IS, 1);
  easy.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
  easy.set_text(CURLOPT_PROTOCOLS_STR, "http,https");
  easy.set(CURLOPT_FOLLOWLOCATION, 0);
  easy.set(CURLOPT_HTTP09_ALLOWED, 0);
  easy.set(CURLOPT_HTTP_VERSION,
           config.options.version == HttpVersion::http1_1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS);
  easy.set(CURLOPT_NOSIGNAL, 1);  // signals belong to the process, and so do its threads
  easy.set(CURLOPT_NOPROGRESS, 1);
  easy.set(CURLOPT_TCP_KEEPALIVE, 1);
  easy.set(CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  easy.set(CURLOPT_UPLOAD_BUFFERSIZE, kSendBufferBytes);
  easy.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(message.timeouts.connect.count()));
  // 7.87: a canceled transfer does not wait for the thread that looks a name up; that one ends by itself.
  easy.try_set(CURLOPT_QUICK_EXIT, 1);
  if (!config.options.unix_socket.empty())
    easy.set_text(CURLOPT_UNIX_SOCKET_PATH, config.options.unix_socket);
}

void set_proxy(Easy& easy, const Message& message) {
  // Empty texts, not null: those would let libcurl read the environment by its own rules.
  easy.set_text(CURLOPT_NOPROXY, "");
  if (message.proxy == nullptr) {
    easy.set_text(CURLOPT_PROXY, "");
    return;
  }
  easy.set_text(CURLOPT_PROXY, message.proxy->to_string());
  easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
  if (message.proxy->user.empty()) return;
  easy.set(CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC));
  easy.set_text(CURLOPT_PROXYUSERNAME, message.proxy->user);
  easy.set_text(CURLOPT_PROXYPASSWORD, message.proxy->password);
}

void set_tls(Easy& easy, const Message& message, const ClientConfig& config) {
  easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  const bool verify = config.tls.verify == Verify::required || !message.first_host;
  easy.set(CURLOPT_SSL_VERIFYPEER, verify ? 1 : 0);
  easy.set(CURLOPT_SSL_VERIFYHOST, verify ? 2 : 0);
  if (!config.ca_pem.empty()) easy.set_blob(CURLOPT_CAINFO_BLOB, config.ca_pem);
  // Without the directory libcurl keeps the parsed bundle for the next connection (7.87).
  easy.set_null(CURLOPT_CAPATH);
  if (config.tls.certificate_pem.empty() || !message.first_origin) return;
  easy.set_blob(CURLOPT_SSLCERT_BLOB, config.tls.certificate_pem);
  easy.set_blob(CURLOPT_SSLKEY_BLOB, config.tls.key_pem);
}

void set_method(Easy& easy, const Message& message) {
  if (message.method == Method::head) {
    easy.set(CURLOPT_NOBODY, 1);
    return;
  }
  if (message.method == Method::get) {
    easy.set(CURLOPT_HTTPGET, 1);
    return;
  }
  const bool bare = message.method == Method::erase && !message.has_body;
  if (!bare) {
    // One way for all methods with a body; libcurl chunks by itself when the length is -1.
    easy.set(CURLOPT_UPLOAD, 1);
    const auto length = message.has_body ? message.body_length : std::optional<std::uint64_t>(0);
    easy.set_size(CURLOPT_INFILESIZE_LARGE, length ? static_cast<curl_off_t>(*length) : -1);
  }
  easy.set_text(CURLOPT_CUSTOMREQUEST, std::string(to_string(message.method)));
  easy.set(CURLOPT_EXPECT_100_TIMEOUT_MS, kExpectTimeoutMs);
}

void set_headers(Easy& easy, const Message& message, const ClientConfig& config) {
  easy.set_text(CURLOPT_USERAGENT, config.options.user_agent);
  // What is meant for the server does not go to a proxy that only tunnels.
  easy.set(CURLOPT_HEADEROPT, CURLHEADER_SEPARATE);
  for (const auto& field : message.headers) {
    // libcurl's spelling of an empty value; "Name:" would remove the header.
    easy.add_header(field.value.empty() ? field.name + ";" : field.name + ": " + field.value);
  }
  if (message.range) easy.add_header("Range: " + to_string(*message.range));
  // Of its own accord libcurl asks for large bodies, and repeats the request without it after a 417.
  if (message.expect == Expect::never) easy.add_header("Expect:");
  if (message.expect == Expect::always) easy.add_header("Expect: 100-continue");
  easy.use_headers();
}

}  // namespace

Result<> configure_easy(Easy& easy, const Message& message, const ClientConfig& config) {
  set_transport(easy, message, config);
  set_proxy(easy, message);
  set_tls(easy, message, config);
  set_method(easy, message);
  set_headers(easy, message, config);
  return easy.status();
}

}  // namespace corten::http
