#include "oci/digest.hpp"

#include <algorithm>
#include <cstring>

#include "base/strings.hpp"

namespace corten::oci {
namespace {

struct AlgorithmInfo {
  DigestAlgorithm algorithm;
  std::string_view name;
  std::size_t hash_bytes;
};
constexpr std::array<AlgorithmInfo, 2> kAlgorithms{{
    {DigestAlgorithm::sha256, "sha256", 32},
    {DigestAlgorithm::sha512, "sha512", 64},
}};

const AlgorithmInfo& info(DigestAlgorithm algorithm) {
  return kAlgorithms.at(static_cast<std::size_t>(algorithm));
}

constexpr std::array<std::uint8_t, 32> kSha256OfNothing{
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

// Longer than any digest we accept, short enough for an error.
std::string shown(std::string_view text) {
  constexpr std::size_t kMaxShown = 150;
  return printable(text.substr(0, kMaxShown)) + (text.size() > kMaxShown ? "..." : "");
}

// The value of each digit; kNoDigit for what is none. A table, since listing images parses thousands of them.
constexpr std::uint8_t kNoDigit = 0xFF;
constexpr std::array<std::uint8_t, 256> kHexValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 16; ++i) {
    values.at(static_cast<std::size_t>(std::string_view("0123456789abcdef")[i])) = i;
  }
  return values;
}();

// image-spec descriptor.md: components of [a-z0-9]+ joined by one of "+._-".
bool is_algorithm_name(std::string_view name) {
  bool separated = true;
  for (const char c : name) {
    const bool separator = std::string_view("+._-").contains(c);
    if (!separator && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return false;
    if (separator && separated) return false;
    separated = separator;
  }
  return !separated;
}

Result<AlgorithmInfo> parse_algorithm(std::string_view name, std::string_view whole) {
  const auto* known = std::ranges::find(kAlgorithms, name, &AlgorithmInfo::name);
  if (known != kAlgorithms.end()) return *known;
  if (!is_algorithm_name(name)) {
    return fail(Errc::invalid_argument,
                "digest '{}': expected 'sha256' or 'sha512' before the colon, found '{}'", shown(whole),
                shown(name));
  }
  return fail(Errc::unsupported, "digest '{}': the algorithm '{}' is not supported, only sha256 and sha512",
              shown(whole), shown(name));
}

// The first digit that is none, or else their number.
std::unexpected<Error> refuse_digits(std::string_view whole, std::string_view digits,
                                     const AlgorithmInfo& algorithm) {
  for (std::size_t i = 0; i < std::min(digits.size(), algorithm.hash_bytes * 2); ++i) {
    if (kHexValues[static_cast<std::uint8_t>(digits[i])] != kNoDigit) continue;
    return fail(Errc::invalid_argument,
                "digest '{}': position {}: expected a lower-case hexadecimal digit, found '{}'", shown(whole),
                algorithm.name.size() + 2 + i, printable(digits.substr(i, 1)));
  }
  return fail(Errc::invalid_argument, "digest '{}': expected {} hexadecimal digits after '{}:', found {}",
              shown(whole), algorithm.hash_bytes * 2, algorithm.name, digits.size());
}

}  // namespace

std::string_view to_string(DigestAlgorithm algorithm) { return info(algorithm).name; }

Digest::Digest() : Digest(DigestAlgorithm::sha256, kSha256OfNothing) {}

Digest::Digest(DigestAlgorithm algorithm, std::span<const std::uint8_t> hash) : algorithm_(algorithm) {
  std::ranges::copy(hash, hash_.begin());
}

Digest Digest::from_sha256(std::span<const std::uint8_t, 32> hash) { return {DigestAlgorithm::sha256, hash}; }

Digest Digest::from_sha512(std::span<const std::uint8_t, 64> hash) { return {DigestAlgorithm::sha512, hash}; }

Result<Digest> Digest::parse(std::string_view text) {
  const auto parts = cut(text, ':');
  if (!parts) {
    return fail(Errc::invalid_argument, "digest '{}': expected 'sha256:' and 64 hexadecimal digits",
                shown(text));
  }
  const auto algorithm = TRY(parse_algorithm(parts->before, text));
  const auto digits = parts->after;
  if (digits.size() != algorithm.hash_bytes * 2) return refuse_digits(text, digits, algorithm);
  std::array<std::uint8_t, 64> hash{};
  std::uint8_t all = 0;
  for (std::size_t i = 0; i < algorithm.hash_bytes; ++i) {
    const auto high = kHexValues[static_cast<std::uint8_t>(digits[2 * i])];
    const auto low = kHexValues[static_cast<std::uint8_t>(digits[2 * i + 1])];
    hash[i] = static_cast<std::uint8_t>(high << 4 | low);
    all |= high | low;
  }
  if (all == kNoDigit) return refuse_digits(text, digits, algorithm);
  return Digest(algorithm.algorithm, std::span(hash).first(algorithm.hash_bytes));
}

std::span<const std::uint8_t> Digest::bytes() const {
  return std::span(hash_).first(info(algorithm_).hash_bytes);
}

std::string Digest::hex() const { return to_hex(bytes()); }

std::string Digest::to_string() const { return fmt::format("{}:{}", info(algorithm_).name, hex()); }

std::string Digest::short_hex() const { return to_hex(bytes().first(6)); }

}  // namespace corten::oci

std::size_t std::hash<corten::oci::Digest>::operator()(const corten::oci::Digest& digest) const noexcept {
  // The bytes are a hash already: any eight of them will do.
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes().data(), sizeof value);
  return value;
}
