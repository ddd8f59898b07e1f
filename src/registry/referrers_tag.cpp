#include "registry/referrers_tag.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "oci/media_type.hpp"
#include "registry/digest_of.hpp"
#include "registry/push_document.hpp"

namespace corten::registry {
namespace {

constexpr int kMaxWrites = 3;
constexpr std::size_t kMaxTagHashDigits = 64;

// The index as it is, so that members unknown to us survive; nothing when the tag does not exist.
Result<std::optional<oci::Index>> fetch_list(Session& session, const oci::Digest& subject) {
  const auto tag = referrers_tag(subject);
  Call call{.target = fmt::format("/v2/{}/manifests/{}", session.endpoint().repository, tag)};
  TRY(call.headers.add("Accept", oci::media_type::kOciIndex));
  auto exchange = TRY(session.send(call));
  if (exchange.response.status() == 404) {
    exchange.response.discard();
    return std::nullopt;
  }
  const auto title = fmt::format("referrers list '{}' of '{}'", tag, session.name());
  if (exchange.response.status() != 200) {
    return std::unexpected(response_error(exchange, "fetching " + title));
  }
  const auto text = TRY(exchange.response.text(oci::kMaxDocumentBytes));
  const auto type = exchange.response.headers().find("Content-Type").value_or("");
  auto document = TRY(oci::parse_document(text, type, title));
  auto* index = std::get_if<oci::Index>(&document.content);
  if (index == nullptr) return fail(Errc::data_loss, "{}: expected an index, found a manifest", title);
  return std::move(*index);
}

bool lists(const std::optional<oci::Index>& index, const oci::Digest& digest) {
  return index &&
         std::ranges::any_of(index->manifests, [&](const auto& entry) { return entry.digest == digest; });
}

Result<bool> has_manifest(Session& session, const oci::Descriptor& descriptor) {
  Call call{.method = http::Method::head,
            .target = fmt::format("/v2/{}/manifests/{}", session.endpoint().repository,
                                  descriptor.digest.to_string())};
  TRY(call.headers.add("Accept", descriptor.media_type));
  const auto exchange = TRY(session.send(call));
  return exchange.response.status() != 404;
}

Result<> drop_missing(Session& session, oci::Index& index) {
  std::vector<oci::Descriptor> present;
  for (auto& entry : index.manifests) {
    const bool there = TRY(has_manifest(session, entry));
    if (there) present.push_back(std::move(entry));
  }
  index.manifests = std::move(present);
  return {};
}

Result<> put_list(Session& session, const std::string& tag, oci::Index index) {
  const auto bytes = to_json_text(oci::to_json(index));
  auto put = put_document(session, bytes, oci::media_type::kOciIndex, tag);
  if (put) return {};
  // What a registry says of an index whose manifests it does not have: 400 or 404, MANIFEST_BLOB_UNKNOWN.
  const bool may_be_stale =
      put.error().kind() == Errc::invalid_argument || put.error().kind() == Errc::not_found;
  const auto listed = index.manifests.size();
  if (may_be_stale) TRY(drop_missing(session, index));
  if (index.manifests.size() == listed) return std::unexpected(std::move(put.error()));
  TRY(put_document(session, to_json_text(oci::to_json(index)), oci::media_type::kOciIndex, tag));
  return {};
}

}  // namespace

std::optional<Referrer> describe_referrer(const oci::Document& document, std::string_view bytes) {
  const auto describe = [&](const auto& content, std::string_view default_type) -> std::optional<Referrer> {
    if (!content.subject) return std::nullopt;
    oci::Descriptor descriptor{.media_type = document.media_type,
                               .digest = digest_of(bytes),
                               .size_bytes = static_cast<std::int64_t>(bytes.size())};
    descriptor.annotations = content.annotations;
    descriptor.artifact_type = content.artifact_type.empty() ? default_type : content.artifact_type;
    return Referrer{.subject = content.subject->digest, .descriptor = std::move(descriptor)};
  };
  if (const auto* manifest = document.manifest()) return describe(*manifest, manifest->config.media_type);
  return describe(*document.index(), "");
}

std::string referrers_tag(const oci::Digest& subject) {
  return fmt::format("{}-{}", oci::to_string(subject.algorithm()),
                     subject.hex().substr(0, kMaxTagHashDigits));
}

Result<std::vector<oci::Descriptor>> list_by_referrers_tag(Session& session, const oci::Digest& subject) {
  auto index = TRY(fetch_list(session, subject));
  return index ? std::move(index->manifests) : std::vector<oci::Descriptor>();
}

Result<> add_to_referrers_tag(Session& session, const Referrer& referrer) {
  const auto tag = referrers_tag(referrer.subject);
  for (int writes = 0;; ++writes) {
    auto index = TRY(fetch_list(session, referrer.subject));
    if (lists(index, referrer.descriptor.digest)) return {};
    if (writes == kMaxWrites) {
      return fail(Errc::unavailable, "the referrers list '{}' was overwritten {} times", tag, kMaxWrites);
    }
    if (!index) index.emplace().media_type = oci::media_type::kOciIndex;
    index->manifests.push_back(referrer.descriptor);
    TRY(put_list(session, tag, std::move(*index)));
  }
}

Result<> remove_from_referrers_tag(Session& session, const oci::Digest& subject, const oci::Digest& digest) {
  auto index = TRY(fetch_list(session, subject));
  if (!lists(index, digest)) return {};
  std::erase_if(index->manifests, [&](const auto& entry) { return entry.digest == digest; });
  return put_list(session, referrers_tag(subject), std::move(*index));
}

}  // namespace corten::registry
