#include "codec/hasher.hpp"

#include <algorithm>
#include <utility>

// The functions for one algorithm each, not EVP: EVP reads the configuration and builds its table of
// algorithms at the first hash of a process, 1.4 ms that every start of a container would pay. They are
// marked deprecated since OpenSSL 3.0 and use the same code of the processor.
#define OPENSSL_API_COMPAT 0x10101000L  // NOLINT(cppcoreguidelines-macro-usage): the header reads it
#include <openssl/sha.h>

#include "base/check.hpp"
#include "base/strings.hpp"

namespace corten::codec {

namespace {

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
  SHA256_CTX sha256;
  SHA512_CTX sha512;

  // OpenSSL's software digests fail only on misuse.
  void begin(HashAlgorithm algorithm) {
    const int done = algorithm == HashAlgorithm::sha256 ? SHA256_Init(&sha256) : SHA512_Init(&sha512);
    CORTEN_CHECK(done == 1, "SHA-2 can begin");
  }
};

Hasher::Hasher(HashAlgorithm algorithm) : algorithm_(algorithm), context_(std::make_unique<Context>()) {
  context_->begin(algorithm_);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  const int done = algorithm_ == HashAlgorithm::sha256
                       ? SHA256_Update(&context_->sha256, bytes.data(), bytes.size())
                       : SHA512_Update(&context_->sha512, bytes.data(), bytes.size());
  CORTEN_CHECK(done == 1, "SHA-2 takes any bytes");
}

HashValue Hasher::finish() {
  std::array<std::uint8_t, HashValue::kMaxBytes> bytes{};
  const int done = algorithm_ == HashAlgorithm::sha256 ? SHA256_Final(bytes.data(), &context_->sha256)
                                                       : SHA512_Final(bytes.data(), &context_->sha512);
  CORTEN_CHECK(done == 1, "SHA-2 can end");
  context_->begin(algorithm_);
  return {algorithm_, Bytes(bytes).first(hash_size_bytes(algorithm_))};
}

}  // namespace corten::codec
