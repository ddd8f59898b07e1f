#include "registry/tags.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "oci/reference.hpp"
#include "registry/paging.hpp"

namespace corten::registry {
namespace {

constexpr std::size_t kMaxTags = 1'000'000;
/// docker-registry gives all at once when it is not asked for pages.
constexpr std::size_t kMaxPageBytes = std::size_t{16} * 1024 * 1024;
/// What the large registries give at most; some refuse to be asked for more.
constexpr int kPageSize = 1000;

Result<> read_page(Exchange& page, const std::string& title, std::vector<std::string>& tags) {
  const auto text = TRY(page.response.text(kMaxPageBytes));
  const auto json = TRY_CTX(parse_json(text, "tags", {.max_bytes = kMaxPageBytes, .max_values = kMaxTags}),
                            "fetching {}", title);
  const auto view = TRY(JsonView::of_object(json, title));
  auto found = TRY(view.find_strings("tags"));
  const auto any = TRY(oci::Reference::parse("any"));
  for (auto& tag : found) {
    if (!any.with_tag(tag)) {
      return fail(Errc::data_loss, "{}: '{}' is no tag", title,
                  printable(std::string_view(tag).substr(0, 140)));
    }
    if (tags.size() == kMaxTags) return fail(Errc::data_loss, "{}: more than {}", title, kMaxTags);
    tags.push_back(std::move(tag));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> list_tags(Session& session) {
  const auto title = fmt::format("tags of '{}'", session.name());
  std::vector<std::string> tags;
  const auto found = TRY(read_pages(
      session, {.target = fmt::format("/v2/{}/tags/list?n={}", session.endpoint().repository, kPageSize)},
      title, [&](Exchange& page, const std::string& name) { return read_page(page, name, tags); }));
  if (!found) return fail(Errc::not_found, "no repository '{}'", session.name());
  return tags;
}

}  // namespace corten::registry
