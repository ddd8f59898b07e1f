#include "base/strings.hpp"
#include "http/percent.hpp"
#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "registry/mirrors.hpp"
#include "registry/remote_repository.hpp"
#include "registry/retries.hpp"

namespace corten::registry {
namespace {

// A tag or a digest, as it stands in a request.
struct Version {
  std::string text;
  std::optional<oci::Digest> digest;
};

Result<Version> parse_version(std::string_view tag_or_digest) {
  Version version{.text = std::string(tag_or_digest), .digest = std::nullopt};
  if (tag_or_digest.contains(':')) version.digest = TRY(oci::Digest::parse(tag_or_digest));
  return version;
}

// All four: asked for OCI's manifest by one that only names Docker's, docker-registry answers 404.
Result<Call> manifest_call(http::Method method, const Session& session, const Version& version) {
  Call call{.method = method,
            .target = fmt::format("/v2/{}/manifests/{}", session.endpoint().repository,
                                  http::encode_path_segment(version.text))};
  TRY(call.headers.add(
      "Accept", fmt::format("{}, {}, {}, {}", oci::media_type::kOciManifest, oci::media_type::kOciIndex,
                            oci::media_type::kDockerManifest, oci::media_type::kDockerIndex)));
  return call;
}

std::string doing(const Session& session, const Version& version) {
  return fmt::format("fetching manifest '{}' of '{}'", version.text, session.name());
}

// Docker-Content-Digest, if it is one that we can check.
std::optional<oci::Digest> announced_digest(const http::Response& response) {
  const auto header = response.headers().find("Docker-Content-Digest");
  if (!header) return std::nullopt;
  const auto digest = oci::Digest::parse(*header);
  return digest ? std::optional(*digest) : std::nullopt;
}

std::string content_type(const http::Response& response) {
  return std::string(response.headers().find("Content-Type").value_or(""));
}

bool is_document_type(std::string_view media_type) {
  const auto kind = oci::classify_media_type(media_type).kind;
  return kind == oci::BlobKind::manifest || kind == oci::BlobKind::index;
}

// What HEAD says, if it says everything: nothing asks for a GET.
std::optional<oci::Descriptor> described(const http::Response& response, const Version& version) {
  const auto announced = announced_digest(response);
  const auto digest = announced ? announced : version.digest;
  const auto length = response.content_length();
  const auto type = content_type(response);
  if (response.status() != 200 || !digest || !length || *length == 0 || !is_document_type(type)) {
    return std::nullopt;
  }
  if (*length > oci::kMaxDocumentBytes || (version.digest && digest != version.digest)) return std::nullopt;
  return oci::Descriptor{.media_type = oci::normalize_media_type(type),
                         .digest = *digest,
                         .size_bytes = static_cast<std::int64_t>(*length)};
}

Result<std::string> read_document(http::Response& response) {
  const auto too_large = [] {
    return fail(Errc::data_loss, "the manifest is over {} bytes, the most that a manifest may have",
                oci::kMaxDocumentBytes);
  };
  if (response.content_length().value_or(0) > oci::kMaxDocumentBytes) return too_large();
  std::string text;
  std::string buffer(std::size_t{32} * 1024, '\0');
  while (true) {
    const auto size =
        TRY(response.body().read({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}));
    if (size == 0) return text;
    if (size > oci::kMaxDocumentBytes - text.size()) return too_large();
    text.append(buffer, 0, size);
  }
}

Result<FetchedDocument> check_document(std::string bytes, const http::Response& response,
                                       const Version& version) {
  const auto announced = announced_digest(response);
  const auto expected = version.digest ? version.digest : announced;
  const auto algorithm = expected ? expected->algorithm() : oci::DigestAlgorithm::sha256;
  const auto digest = digest_of(bytes, algorithm);
  if (expected && digest != *expected) {
    return fail(Errc::data_loss, "{} bytes came with digest {}, expected {}", bytes.size(),
                digest.to_string(), expected->to_string());
  }
  const auto size = static_cast<std::int64_t>(bytes.size());
  auto document = TRY(oci::receive_document(std::move(bytes), content_type(response)));
  auto type = document->media_type;
  return FetchedDocument{.descriptor = {.media_type = std::move(type), .digest = digest, .size_bytes = size},
                         .document = std::move(document)};
}

// A document is small: a body that breaks off is asked for again as a whole.
Result<FetchedDocument> fetch_from(Session& session, const Version& version) {
  const auto what = doing(session, version);
  const auto call = TRY(manifest_call(http::Method::get, session, version));
  Retries retries(session.context(), call.method, session.endpoint(), session.context().options().stop);
  while (true) {
    auto exchange = TRY_CTX(session.send(call), "{}", what);
    auto& response = exchange.response;
    if (response.status() != 200 || content_type(response).starts_with("text/html")) {
      return std::unexpected(response_error(exchange, what));
    }
    auto bytes = read_document(response);
    if (bytes) return TRY_CTX(check_document(std::move(*bytes), response, version), "{}", what);
    const bool again = TRY(retries.again(bytes.error()));
    if (!again) return with_frame(std::move(bytes).error(), "{}", what);
  }
}

Result<oci::Descriptor> resolve_at(Session& session, const Version& version) {
  const auto call = TRY(manifest_call(http::Method::head, session, version));
  {
    const auto exchange = TRY_CTX(session.send(call), "{}", doing(session, version));
    if (auto descriptor = described(exchange.response, version)) return std::move(*descriptor);
  }
  // Registries that leave something out of the answer or do not know HEAD; and for a manifest that is not
  // there, the answer to a GET has the registry's words.
  auto fetched = TRY(fetch_from(session, version));
  return std::move(fetched.descriptor);
}

}  // namespace

Result<oci::Descriptor> RemoteRepository::resolve(std::string_view tag_or_digest) {
  const auto version = TRY(parse_version(tag_or_digest));
  return read_from_any(*context_, sessions_, version.digest ? Read::digest : Read::tag,
                       [&](const auto& session) { return resolve_at(*session, version); });
}

Result<FetchedDocument> RemoteRepository::fetch_document(std::string_view tag_or_digest) {
  const auto version = TRY(parse_version(tag_or_digest));
  return read_from_any(*context_, sessions_, version.digest ? Read::digest : Read::tag,
                       [&](const auto& session) { return fetch_from(*session, version); });
}

}  // namespace corten::registry
