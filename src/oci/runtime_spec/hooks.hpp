#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_view.hpp"

// "POSIX-platform Hooks" of runtime-spec config.md.
namespace corten::oci {

/// A program that the runtime runs at one point of the life of a container; it reads the State on stdin.
struct Hook {
  std::string path;
  std::vector<std::string> args{};  ///< With argv[0].
  std::vector<std::string> env{};
  std::optional<std::int64_t> timeout_seconds{};  ///< Positive.
  JsonValue extra{};

  bool operator==(const Hook&) const = default;
};

/// The six points, in the order of a container's life.
struct Hooks {
  std::vector<Hook> prestart{};  ///< Deprecated by the specification, still used by NVIDIA's toolkit.
  std::vector<Hook> create_runtime{};
  std::vector<Hook> create_container{};
  std::vector<Hook> start_container{};
  std::vector<Hook> poststart{};
  std::vector<Hook> poststop{};
  JsonValue extra{};

  bool operator==(const Hooks&) const = default;
};

Result<> read_json(const JsonView& view, Hooks& out);
Json to_json(const Hooks& hooks);

}  // namespace corten::oci
