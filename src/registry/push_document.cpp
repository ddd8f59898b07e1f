#include "registry/push_document.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "oci/document.hpp"
#include "oci/reference.hpp"
#include "registry/digest_of.hpp"
#include "registry/referrers_tag.hpp"
#include "registry/write_refusal.hpp"

namespace corten::registry {
namespace {

bool is_success(int status) { return status >= 200 && status < 300; }

std::string document_path(const Session& session, std::string_view tag_or_digest) {
  return fmt::format("/v2/{}/manifests/{}", session.endpoint().repository, tag_or_digest);
}

std::string title(const Session& session, std::string_view tag_or_digest) {
  return fmt::format("manifest '{}' of '{}'", tag_or_digest, session.name());
}

// A tag must be one, since it becomes part of a path; a digest must be that of the bytes.
Result<> check_address(std::string_view bytes, std::string_view tag_or_digest) {
  if (!tag_or_digest.contains(':')) {
    const auto any = TRY(oci::Reference::parse("any"));
    TRY(any.with_tag(tag_or_digest));
    return {};
  }
  const auto digest = TRY(oci::Digest::parse(tag_or_digest));
  const auto found = digest_of(bytes, digest.algorithm());
  if (found == digest) return {};
  return fail(Errc::invalid_argument, "pushing manifest '{}': its bytes have the digest '{}'", tag_or_digest,
              found.to_string());
}

Result<> check_stored_digest(const http::Response& response, std::string_view bytes) {
  const auto answered = response.headers().find("Docker-Content-Digest");
  if (!answered) return {};
  const auto stored = oci::Digest::parse(trim(*answered));
  const auto algorithm = stored ? stored->algorithm() : oci::DigestAlgorithm::sha256;
  const auto sent = digest_of(bytes, algorithm);
  if (stored && *stored == sent) return {};
  return fail(Errc::data_loss, "the registry stored '{}' where '{}' was sent",
              printable(answered->substr(0, 140)), sent.to_string());
}

// The subject of a manifest or index, and how a list of referrers describes the document.
Result<std::optional<Referrer>> find_referrer(std::string_view bytes, std::string_view media_type) {
  const auto document = TRY(oci::parse_document(bytes, media_type, "manifest to be pushed"));
  return describe_referrer(document, bytes);
}

}  // namespace

Result<bool> put_document(Session& session, std::string_view bytes, std::string_view media_type,
                          std::string_view tag_or_digest) {
  Call call{.method = http::Method::put,
            .target = document_path(session, tag_or_digest),
            .body = std::string(bytes),
            .rights = Rights::push};
  TRY(call.headers.add("Content-Type", media_type));
  auto exchange = TRY(session.send(call));
  const auto doing = "pushing " + title(session, tag_or_digest);
  if (!is_success(exchange.response.status()))
    return std::unexpected(write_refusal(session, exchange, doing));
  TRY_CTX(check_stored_digest(exchange.response, bytes), "{}", doing);
  const bool has_subject = exchange.response.headers().has("OCI-Subject");
  exchange.response.discard();
  return has_subject;
}

Result<> push_document(Session& session, std::string_view bytes, std::string_view media_type,
                       std::string_view tag_or_digest) {
  TRY(check_address(bytes, tag_or_digest));
  const auto referrer = TRY(find_referrer(bytes, media_type));
  const bool registered = TRY(put_document(session, bytes, media_type, tag_or_digest));
  if (!referrer || registered) return {};
  TRY_CTX(add_to_referrers_tag(session, *referrer), "registering '{}' with its subject",
          referrer->descriptor.digest.to_string());
  return {};
}

Result<> delete_document(Session& session, const oci::Digest& digest) {
  auto exchange = TRY(session.send({.method = http::Method::erase,
                                    .target = document_path(session, digest.to_string()),
                                    .rights = Rights::remove}));
  const int status = exchange.response.status();
  if (is_success(status)) {
    exchange.response.discard();
    return {};
  }
  auto error = write_refusal(session, exchange, "deleting " + title(session, digest.to_string()));
  if (status == 405) {
    error.set_kind(Errc::unsupported);
    error.set_hint("the registry is set up without deletion (docker-registry: storage.delete.enabled)");
  }
  return std::unexpected(std::move(error));
}

}  // namespace corten::registry
