#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "oci/index.hpp"
#include "oci/manifest.hpp"
#include "oci/received.hpp"

namespace corten::oci {

/// What a registry or a layout gives under a manifest's digest: a manifest or an index.
struct Document {
  std::string media_type;  ///< What the document, or else its envelope, or else its members say it is.
  std::variant<Manifest, Index> content;

  const Manifest* manifest() const { return std::get_if<Manifest>(&content); }
  const Index* index() const { return std::get_if<Index>(&content); }
};

/// image-spec manifest.md: what every registry accepts.
inline constexpr std::size_t kMaxDocumentBytes = std::size_t{4} * 1024 * 1024;

/// What parse_document() refuses to exceed; the defaults are for documents that come from a registry.
struct DocumentLimits {
  std::size_t max_bytes = kMaxDocumentBytes;
  std::size_t max_descriptors = kMaxDescriptors;
  std::size_t max_values = 500'000;  ///< Of JSON, at any depth.
};

/// Parses a manifest or an index. `media_type` is what its envelope says: the Content-Type of the answer or
/// the mediaType of the descriptor; empty, or a type that says nothing (text/plain, application/json), leaves
/// it to the document. `what` names it in errors.
///
/// Refuses documents that two readers could take for different things (CVE-2021-41190): members of both
/// kinds, or a mediaType that contradicts the envelope or the members; Docker's schema 1 and other kinds of
/// document with unsupported and what to do; what is larger than `limits`.
Result<Document> parse_document(std::string_view bytes, std::string_view media_type = {},
                                std::string_view what = "manifest", const DocumentLimits& limits = {});

/// As above, keeping the bytes.
Result<Received<Document>> receive_document(std::string bytes, std::string_view media_type = {},
                                            std::string_view what = "manifest");

}  // namespace corten::oci
