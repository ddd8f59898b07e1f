#include "image/archive/member_intake.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "base/strings.hpp"
#include "codec/hashing_stream.hpp"
#include "content/once.hpp"
#include "image/archive/docker_manifest.hpp"
#include "oci/image_layout.hpp"

namespace corten::image {
namespace {

constexpr std::size_t kMaxMarkerBytes = 4096;

struct Copied {
  oci::Digest digest;
  std::uint64_t size_bytes;
};

// Nobody has said the digest of a member without one in its name, and the lease must hold it before the blob
// is published: so it is hashed here too.
Result<Copied> copy_member(const std::optional<oci::Digest>& expected, Source& bytes, Sink& ingest) {
  if (expected) {
    const auto size = TRY(copy_stream(bytes, ingest));
    return Copied{.digest = *expected, .size_bytes = size};
  }
  codec::HashingSource hashed(bytes);
  const auto size = TRY(copy_stream(hashed, ingest));
  const auto hash = hashed.finish_hash();
  return Copied{.digest = oci::Digest::from_sha256(hash.bytes().first<32>()), .size_bytes = size};
}

}  // namespace

std::optional<oci::Digest> digest_of_member_name(std::string_view name) {
  // Configs of go-containerregistry (crane, ko, bazel) are called by their digest alone.
  if (auto digest = oci::Digest::parse(name)) return *digest;
  const auto parts = split(name, '/');
  if (parts.size() != 3 || parts[0] != oci::layout::kBlobsDirectory) return std::nullopt;
  auto digest = oci::Digest::parse(fmt::format("{}:{}", parts[1], parts[2]));
  if (!digest) return std::nullopt;
  return *digest;
}

bool may_be_blob(std::string_view name) {
  constexpr std::array<std::string_view, 4> kEndings = {".tar", ".tar.gz", ".tgz", ".json"};
  return digest_of_member_name(name).has_value() ||
         std::ranges::any_of(kEndings, [name](auto ending) { return name.ends_with(ending); });
}

std::optional<std::size_t> document_cap(std::string_view name) {
  if (name == kDockerManifestFile) return kMaxDockerManifestBytes;
  if (name == oci::layout::kIndexFile) return oci::layout::kMaxIndexBytes;
  if (name == oci::layout::kMarkerFile) return kMaxMarkerBytes;
  return std::nullopt;
}

Result<ArchiveMember> take_member(const content::Store& store, content::Lease& lease, std::string_view name,
                                  Source& bytes) {
  const auto expected = digest_of_member_name(name);
  if (expected) {
    // Asked before reading: a blob that is here already costs nothing more, and gc leaves it alone from now
    // on.
    const auto present = TRY(lease.hold(*expected));
    if (present) {
      return ArchiveMember{.digest = *expected, .size_bytes = present->size_bytes};
    }
  }
  const auto ref = TRY(content::once_name());
  // gc may look at it for a moment before it is locked.
  const content::IngestOptions options{
      .timeout = std::chrono::seconds{30},
      .algorithm = expected ? expected->algorithm() : oci::DigestAlgorithm::sha256};
  auto ingest = TRY(store.begin_ingest(ref, options));
  const auto copied = copy_member(expected, bytes, ingest);
  if (!copied) {
    // Nobody can go on from these bytes: the next try has another archive.
    (void)std::move(ingest).abort();
    return with_frame(copied.error().clone(), "member '{}' of the archive", name);
  }
  if (const auto held = lease.hold(copied->digest); !held) {
    (void)std::move(ingest).abort();
    return std::unexpected(held.error().clone());
  }
  TRY_CTX(std::move(ingest).commit(copied->digest, copied->size_bytes), "member '{}' of the archive", name);
  return ArchiveMember{.digest = copied->digest, .size_bytes = copied->size_bytes};
}

}  // namespace corten::image
