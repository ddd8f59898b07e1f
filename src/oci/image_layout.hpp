#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "oci/digest.hpp"
#include "oci/index.hpp"

/// The directory form of images: image-spec image-layout.md.
namespace corten::oci::layout {

inline constexpr std::string_view kMarkerFile = "oci-layout";
inline constexpr std::string_view kIndexFile = "index.json";
inline constexpr std::string_view kBlobsDirectory = "blobs";
inline constexpr std::string_view kVersion = "1.0.0";

/// The bytes of the file `oci-layout`.
std::string marker_text();

/// Fails unless the bytes are those of an `oci-layout` file of a version 1; newer ones with unsupported.
Result<> check_marker(std::string_view bytes);

/// "blobs/sha256/e3b0...", relative to the layout.
std::string blob_path(const Digest& digest);

/// A layout of many names has a larger index than a registry would take.
inline constexpr std::size_t kMaxIndexBytes = std::size_t{64} * 1024 * 1024;
inline constexpr std::size_t kMaxIndexEntries = 1'000'000;

/// The index.json of a layout, of at most kMaxIndexBytes and kMaxIndexEntries. Refuses otherwise what
/// parse_document() does.
Result<Index> parse_index(std::string_view bytes);

/// The entry's org.opencontainers.image.ref.name.
std::optional<std::string> find_ref_name(const Descriptor& entry);

}  // namespace corten::oci::layout
