#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json_view.hpp"

// "root" and "mounts" of runtime-spec config.md.
namespace corten::oci {

/// One line of /proc/PID/uid_map.
struct IdMapping {
  std::uint32_t container_id = 0;
  std::uint32_t host_id = 0;
  std::uint32_t size = 0;
  JsonValue extra{};

  bool operator==(const IdMapping&) const = default;
};

Result<> read_json(const JsonView& view, IdMapping& out);
Json to_json(const IdMapping& mapping);

struct Root {
  std::string path;  ///< Absolute, or relative to the bundle.
  bool readonly = false;
  JsonValue extra{};

  bool operator==(const Root&) const = default;
};

Result<> read_json(const JsonView& view, Root& out);
Json to_json(const Root& root);

/// In the order of the list, each over what the ones before have made.
struct Mount {
  std::string destination;
  std::string type{};
  std::string source{};
  std::vector<std::string> options{};
  std::vector<IdMapping> uid_mappings{};
  std::vector<IdMapping> gid_mappings{};
  JsonValue extra{};

  bool operator==(const Mount&) const = default;
};

Result<> read_json(const JsonView& view, Mount& out);
Json to_json(const Mount& mount);

}  // namespace corten::oci
