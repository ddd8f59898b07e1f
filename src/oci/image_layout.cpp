#include "oci/image_layout.hpp"

#include <nlohmann/json.hpp>

#include "base/json_view.hpp"
#include "base/strings.hpp"
#include "oci/annotations.hpp"
#include "oci/document.hpp"
#include "oci/index_scan.hpp"
#include "oci/media_type.hpp"

namespace corten::oci::layout {
namespace {

constexpr std::string_view kVersionMember = "imageLayoutVersion";

// An entry has about ten values and 200 bytes: the size is reached first, except by what is no index.
constexpr DocumentLimits kIndexLimits{
    .max_bytes = kMaxIndexBytes, .max_descriptors = kMaxIndexEntries, .max_values = 10'000'000};

}  // namespace

std::string marker_text() { return to_json_text(Json{{std::string(kVersionMember), std::string(kVersion)}}); }

Result<> check_marker(std::string_view bytes) {
  constexpr std::size_t kMaxMarkerBytes = 64 * 1024;
  const auto json = TRY(parse_json(bytes, kMarkerFile, {.max_bytes = kMaxMarkerBytes}));
  const auto view = TRY(JsonView::of_object(json, std::string(kMarkerFile)));
  const auto version = TRY(view.require_string(kVersionMember));
  if (version.starts_with("1.")) return {};
  return fail(Errc::unsupported, "{}: the layout has version '{}', only versions 1 are read", kMarkerFile,
              printable(version.substr(0, 40)));
}

std::string blob_path(const Digest& digest) {
  return fmt::format("{}/{}/{}", kBlobsDirectory, to_string(digest.algorithm()), digest.hex());
}

Result<Index> parse_index(std::string_view bytes) {
  // Every command reads this file.
  if (auto index = scan_index(bytes, kIndexLimits)) return std::move(*index);
  auto document = TRY(parse_document(bytes, media_type::kOciIndex, kIndexFile, kIndexLimits));
  return std::get<Index>(std::move(document.content));
}

std::optional<std::string> find_ref_name(const Descriptor& entry) {
  const auto found = entry.annotations.find(std::string(annotation::kRefName));
  return found == entry.annotations.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace corten::oci::layout
