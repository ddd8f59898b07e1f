#include "http/test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <openssl/ssl.h>

#include "base/strings.hpp"
#include "http/test_tls.hpp"

namespace corten::http::test {

// A connection, plain or TLS, with a buffer to read lines from. Every wait is bounded by the socket's
// timeouts.
class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    (void)::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  ~Channel() {
    if (ssl_ != nullptr) {
      (void)SSL_shutdown(ssl_);
      SSL_free(ssl_);
    }
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool start_tls(const TlsIdentity& identity) {
    ssl_ = identity.begin_tls(fd_);
    return ssl_ != nullptr;
  }

  std::string client_subject() const {
    X509* certificate = ssl_ != nullptr ? SSL_get1_peer_certificate(ssl_) : nullptr;
    if (certificate == nullptr) return {};
    std::array<char, 256> text{};
    X509_NAME_oneline(X509_get_subject_name(certificate), text.data(), text.size());
    X509_free(certificate);
    return text.data();
  }

  // A ClientHello where a request line should be.
  bool begins_with_tls() {
    if (buffer_.empty() && !fill()) return false;
    return buffer_.front() == 0x16;
  }

  // Up to and including `end`; empty if the connection ends before.
  std::string read_until(std::string_view end) {
    while (true) {
      if (const auto at = buffer_.find(end); at != std::string::npos) return take(at + end.size());
      if (!fill()) return {};
    }
  }

  std::string read_bytes(std::size_t size) {
    while (buffer_.size() < size && fill()) {
    }
    return take(std::min(size, buffer_.size()));
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto chunk = std::min(bytes.size(), std::size_t{1} << 20U);
      const auto size = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(chunk))
                                        : ::send(fd_, bytes.data(), chunk, MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  // True when the peer or the server ended the connection within the time.
  bool wait_for_end(std::chrono::milliseconds time) const {
    pollfd entry{.fd = fd_, .events = POLLRDHUP, .revents = 0};
    return ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
  }

  void reset_on_close() const {
    if (ssl_ != nullptr) SSL_set_quiet_shutdown(ssl_, 1);
    const linger abort{.l_onoff = 1, .l_linger = 0};
    (void)::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }

 private:
  bool fill() {
    std::array<char, 65536> chunk;
    const auto size = ssl_ != nullptr ? SSL_read(ssl_, chunk.data(), static_cast<int>(chunk.size()))
                                      : ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (size <= 0) return false;
    buffer_.append(chunk.data(), static_cast<std::size_t>(size));
    return true;
  }
  std::string take(std::size_t size) {
    auto text = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return text;
  }

  int fd_;
  SSL* ssl_ = nullptr;
  std::string buffer_;
};

std::string Received::header(std::string_view name) const {
  for (const auto line : split(head, '\n')) {
    const auto parts = cut(line, ':');
    if (parts && equal_ignoring_case(parts->before, name)) return std::string(trim(parts->after));
  }
  return {};
}

const std::string& Exchange::read_body() {
  if (equal_ignoring_case(request_.header("Transfer-Encoding"), "chunked")) {
    request_.body = read_chunked();
  } else if (const auto length = parse_uint64(request_.header("Content-Length"), "length")) {
    request_.body = channel_.read_bytes(static_cast<std::size_t>(*length));
  }
  return request_.body;
}

std::string Exchange::read_chunked() {
  std::string body;
  while (true) {
    const auto line = channel_.read_until("\r\n");
    const auto size = std::strtoul(line.c_str(), nullptr, 16);
    if (line.empty() || size == 0) break;
    body += channel_.read_bytes(size);
    (void)channel_.read_until("\r\n");
  }
  (void)channel_.read_until("\r\n");
  return body;
}

bool Exchange::send(std::string_view bytes) { return channel_.send(bytes); }

void Exchange::reply(int status, std::string_view body, std::string_view headers) {
  send(fmt::format("HTTP/1.1 {} Scripted\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(),
                   body));
}

void Exchange::pause(std::chrono::milliseconds time) {
  if (channel_.wait_for_end(time)) closed_ = true;
}

void Exchange::close(bool reset) {
  if (reset) channel_.reset_on_close();
  closed_ = true;
}

bool Exchange::start_tls(const TlsIdentity& identity) { return channel_.start_tls(identity); }

Server::Server(Script script, const TlsIdentity* identity) : script_(std::move(script)), identity_(identity) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (fd < 0 || ::bind(fd, generic, size) != 0 || ::listen(fd, 16) != 0 ||
      ::getsockname(fd, generic, &size) != 0) {
    if (fd >= 0) ::close(fd);
    return;
  }
  listener_ = fd;
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

Server::~Server() {
  if (!ok()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

void Server::accept_loop() {
  // For this thread and the workers it starts: SSL_write() to a client that left raises SIGPIPE. The client's
  // own thread keeps the default, so that a test would notice libcurl raising it.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (true) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (fd < 0 || stopping_) {
      if (fd >= 0) ::close(fd);
      return;
    }
    ++connections_;
    open_.push_back(fd);
    workers_.emplace_back([this, fd] { serve(fd); });
  }
}

void Server::serve(int fd) {
  {
    Channel channel(fd);
    bool alive = identity_ == nullptr || channel.start_tls(*identity_);
    if (const auto subject = channel.client_subject(); !subject.empty()) {
      const std::lock_guard lock(mutex_);
      client_subject_ = subject;
    }
    while (alive) {
      if (channel.begins_with_tls()) {
        channel.send("HTTP/1.0 400 Bad Request\r\n\r\n");
        break;
      }
      Received request;
      request.head = channel.read_until("\r\n\r\n");
      const auto words = split(std::string_view(request.head).substr(0, request.head.find('\r')), ' ');
      if (request.head.empty() || words.size() != 3) break;
      request.method = words[0];
      request.target = words[1];
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      Exchange exchange(channel, request);
      script_(exchange);
      alive = !exchange.closed();
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, fd);
  ::close(fd);
}

std::string Server::url(std::string_view path) const {
  return fmt::format("{}://127.0.0.1:{}{}", identity_ != nullptr ? "https" : "http", port_, path);
}

std::vector<Received> Server::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int Server::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::string Server::last_client_subject() const {
  const std::lock_guard lock(mutex_);
  return client_subject_;
}

}  // namespace corten::http::test
