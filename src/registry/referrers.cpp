#include "registry/referrers.hpp"

#include <fmt/format.h>

#include "base/strings.hpp"
#include "http/percent.hpp"
#include "oci/document.hpp"
#include "oci/media_type.hpp"
#include "registry/paging.hpp"
#include "registry/referrers_tag.hpp"

namespace corten::registry {
namespace {

// Over all pages; a subject with more is hostile or broken.
constexpr std::size_t kMaxReferrers = 100'000;

// distribution-spec "Listing Referrers": a registry that filters says so.
bool is_filtered(const http::Response& response) {
  for (const auto header : response.headers().find_all("OCI-Filters-Applied")) {
    for (const auto name : split(header, ',')) {
      if (equal_ignoring_case(trim(name), "artifactType")) return true;
    }
  }
  return false;
}

void append_matching(std::vector<oci::Descriptor>& all, std::vector<oci::Descriptor> page,
                     std::string_view artifact_type) {
  for (auto& descriptor : page) {
    if (artifact_type.empty() || descriptor.artifact_type == artifact_type)
      all.push_back(std::move(descriptor));
  }
}

Result<std::vector<oci::Descriptor>> read_page(http::Response& response, const std::string& title) {
  const auto text = TRY(response.text(oci::kMaxDocumentBytes));
  const auto type = response.headers().find("Content-Type").value_or("");
  auto document = TRY(oci::parse_document(text, type, title));
  auto* index = std::get_if<oci::Index>(&document.content);
  if (index == nullptr) return fail(Errc::data_loss, "{}: expected an index, found a manifest", title);
  return std::move(index->manifests);
}

}  // namespace

Result<std::vector<oci::Descriptor>> list_referrers(Session& session, const oci::Digest& subject,
                                                    std::string_view artifact_type) {
  Call call{.target = fmt::format("/v2/{}/referrers/{}", session.endpoint().repository, subject.to_string())};
  if (!artifact_type.empty()) call.target += "?artifactType=" + http::encode_query_value(artifact_type);
  TRY(call.headers.add("Accept", oci::media_type::kOciIndex));
  const auto title = fmt::format("referrers of '{}' in '{}'", subject.to_string(), session.name());

  std::vector<oci::Descriptor> found;
  const auto read = [&](Exchange& page, const std::string& name) -> Result<> {
    const bool filtered = is_filtered(page.response);
    auto descriptors = TRY(read_page(page.response, name));
    append_matching(found, std::move(descriptors), filtered ? "" : artifact_type);
    if (found.size() > kMaxReferrers) return fail(Errc::data_loss, "{}: more than {}", name, kMaxReferrers);
    return {};
  };
  const bool has_api = TRY(read_pages(session, std::move(call), title, read));
  if (has_api) return found;
  auto listed = TRY(list_by_referrers_tag(session, subject));
  append_matching(found, std::move(listed), artifact_type);
  return found;
}

}  // namespace corten::registry
