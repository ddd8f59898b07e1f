#include "oci/document.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "base/strings.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

std::string shown(std::string_view text) { return printable(text.substr(0, 80)); }

// Types that say nothing about what the document is: servers without a table of types send them.
bool says_nothing(std::string_view type) {
  return type.empty() || type == "application/json" || type == "text/plain" ||
         type == "application/octet-stream";
}

std::unexpected<Error> refuse_schema1(std::string_view what) {
  return with_hint(fail(Errc::unsupported,
                        "{}: Docker image manifest schema 1 is not supported: it was retired in 2019", what),
                   "push the image again with a current tool, or copy it with 'skopeo copy --format v2s2'");
}

// A type that is known to be something else gets its own name in the error.
Result<BlobKind> kind_of(std::string_view type, std::string_view what) {
  if (type == media_type::kDockerSchema1 || type == media_type::kDockerSchema1Signed) {
    return refuse_schema1(what);
  }
  const auto kind = classify_media_type(type).kind;
  if (kind == BlobKind::manifest || kind == BlobKind::index) return kind;
  return fail(Errc::unsupported, "{}: the media type '{}' is neither a manifest nor an index", what,
              shown(type));
}

// The kind that the members speak of. image-spec manifest.md and image-index.md, "mediaType": a document must
// not have the members of the other kind.
Result<BlobKind> kind_by_members(const JsonView& view) {
  const auto& json = view.json();
  // Readers in Go take "Layers" for "layers": only the exact names may occur, whichever kind they belong to.
  for (const std::string_view name : {"config", "layers", "manifests", "fsLayers", "mediaType"}) {
    for (const auto& [member, value] : json.items()) {
      if (member == name || !equal_ignoring_case(member, name)) continue;
      return view.fail_at(member, fmt::format("expected the spelling '{}'", name));
    }
  }
  const bool index = json.contains("manifests");
  if (json.contains("fsLayers")) return refuse_schema1(view.path());
  for (const auto* name : {"layers", "config"}) {
    if (index && json.contains(name)) {
      return view.fail_at(name, "stands beside 'manifests': a document is a manifest or an index, not both");
    }
  }
  if (index) return BlobKind::index;
  if (json.contains("config") || json.contains("layers")) return BlobKind::manifest;
  return fail(Errc::invalid_argument,
              "{}: expected 'config' and 'layers' of a manifest or 'manifests' of an index, found neither",
              view.path());
}

std::string_view default_type(BlobKind kind) {
  return kind == BlobKind::index ? media_type::kOciIndex : media_type::kOciManifest;
}

// What the document is, after everything that speaks about it has been found to agree.
Result<std::string> agreed_type(const JsonView& view, std::string_view envelope) {
  if (const auto version = view.json().find("schemaVersion"); version != view.json().end() && *version == 1) {
    return refuse_schema1(view.path());
  }
  const auto by_members = TRY(kind_by_members(view));
  const auto declared = TRY(view.find_string("mediaType"));
  auto own = normalize_media_type(declared.value_or(""));
  auto outer = normalize_media_type(envelope);
  if (!own.empty()) {
    const auto kind = TRY(kind_of(own, view.path()));
    if (kind != by_members) {
      return view.fail_at("mediaType",
                          fmt::format("says '{}', but the members are those of {}", shown(own),
                                      by_members == BlobKind::index ? "an index" : "a manifest"));
    }
    if (!says_nothing(outer) && outer != own) {
      return view.fail_at("mediaType",
                          fmt::format("says '{}', but it came as '{}'", shown(own), shown(outer)));
    }
    return own;
  }
  if (says_nothing(outer)) return std::string(default_type(by_members));
  const auto kind = TRY(kind_of(outer, view.path()));
  if (kind != by_members) {
    return fail(Errc::invalid_argument, "{}: came as '{}', but the members are those of {}", view.path(),
                shown(outer), by_members == BlobKind::index ? "an index" : "a manifest");
  }
  return outer;
}

template <typename T>
Result<std::variant<Manifest, Index>> read_content(const JsonView& view, std::size_t max_descriptors) {
  T content;
  TRY(read_json(view, content, max_descriptors));
  return content;
}

}  // namespace

Result<Document> parse_document(std::string_view bytes, std::string_view media_type, std::string_view what,
                                const DocumentLimits& limits) {
  const auto json =
      TRY(parse_json(bytes, what, {.max_bytes = limits.max_bytes, .max_values = limits.max_values}));
  const auto view = TRY(JsonView::of_object(json, std::string(what)));
  auto type = TRY(agreed_type(view, media_type));
  const bool is_index = classify_media_type(type).kind == BlobKind::index;
  auto content = TRY(is_index ? read_content<Index>(view, limits.max_descriptors)
                              : read_content<Manifest>(view, limits.max_descriptors));
  return Document{.media_type = std::move(type), .content = std::move(content)};
}

Result<Received<Document>> receive_document(std::string bytes, std::string_view media_type,
                                            std::string_view what) {
  auto document = TRY(parse_document(bytes, media_type, what));
  return Received<Document>(std::move(bytes), std::move(document));
}

}  // namespace corten::oci
