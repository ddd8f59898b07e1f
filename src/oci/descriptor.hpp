#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_view.hpp"
#include "oci/digest.hpp"
#include "oci/platform.hpp"

namespace corten::oci {

/// Points to a blob: what it is, its name, how long it is (image-spec descriptor.md).
struct Descriptor {
  std::string media_type;
  Digest digest;
  std::int64_t size_bytes = 0;  ///< Never negative in a descriptor that was read.
  std::vector<std::string> urls{};
  std::map<std::string, std::string> annotations{};
  /// The blob itself, decoded, if the descriptor carries it. Has `size_bytes` bytes; whether it matches
  /// `digest` is for the caller to check before use.
  std::optional<std::string> data{};
  std::optional<Platform> platform{};
  std::string artifact_type{};
  JsonValue extra{};

  bool operator==(const Descriptor&) const = default;
};

/// Refuses negative sizes, texts that are not media types, and embedded data of another size.
Result<> read_json(const JsonView& view, Descriptor& out);
Json to_json(const Descriptor& descriptor);

}  // namespace corten::oci
