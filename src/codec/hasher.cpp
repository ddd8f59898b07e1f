#include "codec/hasher.hpp"

#include <algorithm>
#include <utility>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/strings.hpp"

namespace corten::codec {

namespace {

const EVP_MD* fetch_algorithm(const char* name) {
  EVP_MD* fetched = EVP_MD_fetch(nullptr, name, nullptr);
  CORTEN_CHECK(fetched != nullptr, "OpenSSL always has SHA-2");
  return fetched;
}

// Fetched once: EVP_sha256() would search the providers again for every hash (openssl-fetching(7)).
const EVP_MD* evp_algorithm(HashAlgorithm algorithm) {
  if (algorithm == HashAlgorithm::sha256) {
    static const EVP_MD* const sha256 = fetch_algorithm("SHA256");
    return sha256;
  }
  static const EVP_MD* const sha512 = fetch_algorithm("SHA512");
  return sha512;
}

// -1 for anything but a lower-case hexadecimal digit.
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

std::string_view to_string(HashAlgorithm algorithm) {
  return algorithm == HashAlgorithm::sha256 ? "sha256" : "sha512";
}

std::size_t hash_size_bytes(HashAlgorithm algorithm) { return algorithm == HashAlgorithm::sha256 ? 32 : 64; }

HashValue::HashValue(HashAlgorithm algorithm, Bytes bytes) : algorithm_(algorithm) {
  CORTEN_CHECK(bytes.size() == hash_size_bytes(algorithm), "a hash has the length of its algorithm");
  std::ranges::copy(bytes, bytes_.begin());
}

Result<HashValue> HashValue::parse_hex(HashAlgorithm algorithm, std::string_view hex) {
  std::array<std::uint8_t, kMaxBytes> bytes{};
  const auto size = hash_size_bytes(algorithm);
  if (hex.size() != 2 * size) {
    return fail(Errc::invalid_argument, "a {} hash has {} hexadecimal digits, not {}", to_string(algorithm),
                2 * size, hex.size());
  }
  for (std::size_t i = 0; i < size; ++i) {
    const int high = hex_digit(hex[2 * i]);
    const int low = hex_digit(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return fail(Errc::invalid_argument, "a {} hash has only the digits 0-9 and a-f, found '{}' at {}",
                  to_string(algorithm), printable(hex.substr(2 * i, 2)), 2 * i);
    }
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return HashValue(algorithm, Bytes(bytes).first(size));
}

std::string HashValue::hex() const { return to_hex(bytes()); }

std::string to_string(const HashValue& hash) {
  return fmt::format("{}:{}", to_string(hash.algorithm()), hash.hex());
}

struct Hasher::Context {
  Context() : evp(EVP_MD_CTX_new()) { CORTEN_CHECK(evp != nullptr, "no memory for a hash"); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }

  // OpenSSL's software digests fail only on misuse.
  void begin(HashAlgorithm algorithm) const {
    CORTEN_CHECK(EVP_DigestInit_ex(evp, evp_algorithm(algorithm), nullptr) == 1, "EVP_DigestInit_ex");
  }

  EVP_MD_CTX* evp;
};

Hasher::Hasher(HashAlgorithm algorithm) : algorithm_(algorithm), context_(std::make_unique<Context>()) {
  context_->begin(algorithm_);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  CORTEN_CHECK(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

HashValue Hasher::finish() {
  std::array<std::uint8_t, HashValue::kMaxBytes> bytes{};
  unsigned size = 0;
  CORTEN_CHECK(EVP_DigestFinal_ex(context_->evp, bytes.data(), &size) == 1, "EVP_DigestFinal_ex");
  context_->begin(algorithm_);
  return {algorithm_, Bytes(bytes).first(size)};
}

}  // namespace corten::codec
