#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"
#include "oci/runtime_spec/hooks.hpp"
#include "oci/runtime_spec/linux.hpp"
#include "oci/runtime_spec/mounts.hpp"
#include "oci/runtime_spec/process.hpp"

namespace corten::oci {

/// The version of runtime-spec that what we write follows.
inline constexpr std::string_view kRuntimeSpecVersion = "1.2.0";

/// A bundle's config.json: runtime-spec 1.2 config.md, for Linux. What it says of other systems is in
/// `extra`.
///
/// Reading checks types, names of fixed sets and what must be there. Whether paths are absolute, or a limit
/// makes sense on this host, is for the runtime to say.
struct Spec {
  std::string oci_version;
  std::optional<Process> process{};
  std::optional<Root> root{};
  std::string hostname{};
  std::string domainname{};
  std::vector<Mount> mounts{};
  std::optional<Hooks> hooks{};
  std::map<std::string, std::string> annotations{};
  std::optional<Linux> linux_part{};  ///< The member "linux", which is a macro to GCC in its own dialect.
  JsonValue extra{};

  bool operator==(const Spec&) const = default;
};

/// Refuses versions of another major number than 1 with unsupported.
Result<> read_json(const JsonView& view, Spec& out);
Json to_json(const Spec& spec);

/// At most 4 MiB; errors start with "config.json" and the path of the member.
Result<Spec> parse_spec(std::string_view text);

/// The `process` document of `exec --process FILE`.
Result<Process> parse_process(std::string_view text);

/// The document of `update --resources FILE`.
Result<Resources> parse_resources(std::string_view text);

}  // namespace corten::oci
