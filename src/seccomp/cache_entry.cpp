#include "seccomp/cache_entry.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "codec/sha256.hpp"

namespace corten::seccomp {
namespace {

constexpr std::string_view kMagic = "CRTNBPF1";
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kLengthBytes = 4;

void append_part(std::string& out, Bytes part) {
  const auto size = static_cast<std::uint32_t>(part.size());
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((size >> shift) & 0xffU));
  out.append(part.begin(), part.end());
}

// Takes one part from the front of `rest`.
std::optional<Bytes> take_part(Bytes& rest) {
  if (rest.size() < kLengthBytes) return std::nullopt;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) size |= std::uint32_t{rest[i]} << (8 * i);
  rest = rest.subspan(kLengthBytes);
  if (size > rest.size()) return std::nullopt;
  const auto part = rest.first(size);
  rest = rest.subspan(size);
  return part;
}

}  // namespace

std::string encode(const CacheEntry& entry) {
  std::string body;
  append_part(body, as_bytes(entry.library));
  append_part(body, as_bytes(entry.library_identity));
  append_part(body, entry.program);
  const auto digest = codec::sha256(as_bytes(body));
  std::string text(kMagic);
  text.append(digest.begin(), digest.end());
  return text + body;
}

std::optional<CacheEntry> decode(Bytes bytes) {
  const auto magic = as_bytes(kMagic);
  if (bytes.size() < magic.size() + kDigestBytes) return std::nullopt;
  if (!std::ranges::equal(bytes.first(magic.size()), magic)) return std::nullopt;
  const auto digest = bytes.subspan(magic.size(), kDigestBytes);
  auto rest = bytes.subspan(magic.size() + kDigestBytes);
  if (!std::ranges::equal(codec::sha256(rest), digest)) return std::nullopt;
  const auto library = take_part(rest);
  const auto identity = library ? take_part(rest) : std::nullopt;
  const auto program = identity ? take_part(rest) : std::nullopt;
  if (!program || !rest.empty()) return std::nullopt;
  return CacheEntry{.library = std::string(library->begin(), library->end()),
                    .library_identity = std::string(identity->begin(), identity->end()),
                    .program = std::vector<std::uint8_t>(program->begin(), program->end())};
}

}  // namespace corten::seccomp
