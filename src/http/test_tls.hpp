#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

/// Test support: certificates made on the spot, so that no key lies in the repository and none expires.
namespace corten::http::test {

/// A key and a self-signed certificate for 127.0.0.1 and localhost.
class TlsIdentity {
 public:
  explicit TlsIdentity(const std::string& name = "127.0.0.1");
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  ~TlsIdentity();

  const std::string& certificate_pem() const { return certificate_pem_; }
  const std::string& key_pem() const { return key_pem_; }
  /// Clients must speak exactly this version or lower, e.g. TLS1_1_VERSION.
  void limit_version(int version);
  /// Asks clients for a certificate, takes any.
  void ask_for_client_certificate();

  /// A server's end of TLS on a connected socket; null if the handshake fails.
  ssl_st* begin_tls(int fd) const;

 private:
  ssl_ctx_st* context_ = nullptr;
  std::string certificate_pem_;
  std::string key_pem_;
};

}  // namespace corten::http::test
