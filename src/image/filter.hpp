#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "image/catalog.hpp"

namespace corten::image {

/// "label=k" or "label=k=v", and for prune also "label!=...", which is about images that lack it.
struct LabelFilter {
  enum class Wanted : std::uint8_t { present, absent };

  std::string name;
  std::optional<std::string> value = {};
  Wanted wanted = Wanted::present;
};

/// Which images a command is about: those that every member allows.
struct ImageFilter {
  std::optional<bool> dangling = {};
  std::vector<LabelFilter> labels = {};
  std::vector<Timestamp> before = {};        ///< Older than each.
  std::vector<Timestamp> since = {};         ///< Newer than each.
  std::vector<std::string> references = {};  ///< Names that match one of these patterns.
};

enum class FilterUse : std::uint8_t { list, prune };

/// Reads the values of `--filter`, as Docker: dangling=BOOL, label=K[=V], until=MOMENT, and to list
/// before=IMAGE, since=IMAGE and reference=PATTERN, to prune label!=K[=V]. invalid_argument for others,
/// not_found for images that are not there.
Result<ImageFilter> parse_image_filter(ImageStore& store, std::span<const std::string> terms, FilterUse use,
                                       Timestamp now);

/// True if the image has what the filter asks for; `references` is not looked at.
bool matches(const ImageFilter& filter, const ImageRecord& image);

/// A pattern is of Go's path.Match over the familiar name with or without its tag ("ubuntu:22.04"), or a name
/// in any form ("docker.io/library/ubuntu").
Result<bool> matches_reference(std::string_view pattern, const oci::Reference& name);

/// Keeps the images that match, and of their names those that do: an image of which no name matches the
/// filter's `references` goes.
Result<> apply_filter(const ImageFilter& filter, std::vector<ImageRecord>& images);

}  // namespace corten::image
