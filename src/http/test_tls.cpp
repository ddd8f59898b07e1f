#include "http/test_tls.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.hpp"

namespace corten::http::test {
namespace {

std::string take_text(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

void add_extension(X509* certificate, int kind, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
  CORTEN_CHECK(extension != nullptr, "a test's certificate extension is valid");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

X509* make_certificate(EVP_PKEY* key, const std::string& name) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  const bool address = name == "127.0.0.1";
  add_extension(certificate, NID_subject_alt_name, ((address ? "IP:" : "DNS:") + name).c_str());
  CORTEN_CHECK(X509_sign(certificate, key, EVP_sha256()) > 0, "signing works");
  return certificate;
}

int accept_any(int /*valid*/, X509_STORE_CTX* /*chain*/) { return 1; }

}  // namespace

TlsIdentity::TlsIdentity(const std::string& name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  CORTEN_CHECK(key != nullptr, "OpenSSL makes keys");
  X509* certificate = make_certificate(key, name);
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  certificate_pem_ = take_text(out);
  out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  key_pem_ = take_text(out);

  context_ = SSL_CTX_new(TLS_server_method());
  CORTEN_CHECK(context_ != nullptr, "OpenSSL has a server side");
  SSL_CTX_use_certificate(context_, certificate);
  SSL_CTX_use_PrivateKey(context_, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

TlsIdentity::~TlsIdentity() { SSL_CTX_free(context_); }

void TlsIdentity::limit_version(int version) {
  SSL_CTX_set_security_level(context_, 0);  // old versions need SHA-1
  SSL_CTX_set_min_proto_version(context_, 0);
  SSL_CTX_set_max_proto_version(context_, version);
}

void TlsIdentity::ask_for_client_certificate() { SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, accept_any); }

ssl_st* TlsIdentity::begin_tls(int fd) const {
  SSL* ssl = SSL_new(context_);
  SSL_set_fd(ssl, fd);
  if (SSL_accept(ssl) == 1) return ssl;
  SSL_free(ssl);
  return nullptr;
}

}  // namespace corten::http::test
