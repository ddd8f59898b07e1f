#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace corten {

/// A JSON document in memory. Object members are kept sorted by name, so what we write is canonical.
/// Only .cpp files that build or walk documents include <nlohmann/json.hpp>; most read through JsonView.
using Json = nlohmann::json;

/// What parse_json() refuses, so that a document from outside cannot exhaust memory or the stack.
struct JsonLimits {
  std::size_t max_bytes =
      std::size_t{4} * 1024 * 1024;  ///< image-spec: registries accept manifests up to 4 MiB
  std::size_t max_depth = 64;
  std::size_t max_values = 500'000;
};

/// Parses one document (RFC 8259: UTF-8, nothing after it). `what` names it in errors, which carry the line
/// and column: "manifest: line 3, column 7: ...". Member names that occur twice in one object are refused:
/// two readers could understand such a document differently (CVE-2021-41190 and its family).
Result<Json> parse_json(std::string_view text, std::string_view what, const JsonLimits& limits = {});

/// One line, members sorted, invalid UTF-8 replaced: never fails.
std::string to_json_text(const Json& value);

/// As above, indented by `indent` spaces and ending with a newline.
std::string to_pretty_json_text(const Json& value, int indent = 2);

}  // namespace corten
