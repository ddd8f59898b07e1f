#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"
#include "base/timestamp.hpp"
#include "oci/digest.hpp"
#include "oci/manifest.hpp"
#include "oci/platform.hpp"
#include "oci/received.hpp"

namespace corten::oci {

/// Docker's extension to the config: how to find out whether the process works.
struct Healthcheck {
  /// Absent or empty: that of the base image. Else {"NONE"}, {"CMD", args...} or {"CMD-SHELL", command}.
  std::optional<std::vector<std::string>> test{};
  std::chrono::nanoseconds interval{};  ///< 0 here and below: the engine's default.
  std::chrono::nanoseconds timeout{};
  std::chrono::nanoseconds start_period{};
  std::chrono::nanoseconds start_interval{};
  std::int64_t retries = 0;
  JsonValue extra{};

  bool operator==(const Healthcheck&) const = default;
};

/// The member "config": how to start a container. What only old versions of Docker wrote (Hostname, Image,
/// MemorySwap, ...) is in `extra`.
struct ContainerConfig {
  std::string user{};
  std::set<std::string> exposed_ports{};  ///< "80/tcp"
  std::vector<std::string> env{};         ///< "NAME=value"
  /// Absent and empty differ in both: an empty list resets what a base image or the command line would give.
  std::optional<std::vector<std::string>> entrypoint{};
  std::optional<std::vector<std::string>> cmd{};
  std::set<std::string> volumes{};
  std::string working_dir{};
  std::map<std::string, std::string> labels{};
  std::string stop_signal{};
  std::optional<std::int64_t> stop_timeout_seconds{};  ///< Docker's; -1 is for ever.
  std::optional<Healthcheck> healthcheck{};
  std::vector<std::string> on_build{};
  std::optional<std::vector<std::string>> shell{};
  bool args_escaped = false;
  JsonValue extra{};

  bool operator==(const ContainerConfig&) const = default;
};

struct RootFs {
  std::string type = "layers";
  std::vector<Digest> diff_ids{};  ///< Of the uncompressed layers, the lowest first.
  JsonValue extra{};

  bool operator==(const RootFs&) const = default;
};

struct History {
  std::optional<Timestamp> created{};
  std::string created_by{};
  std::string author{};
  std::string comment{};
  bool empty_layer = false;  ///< The step changed only the config.
  JsonValue extra{};

  bool operator==(const History&) const = default;
};

/// An image's config: image-spec config.md, also as Docker writes it.
struct ImageConfig {
  std::optional<Timestamp> created{};
  std::string author{};
  std::string architecture;  ///< May be empty: old tools left it out, and the host's was meant.
  std::string os;            ///< The same.
  std::string variant{};
  std::string os_version{};
  std::vector<std::string> os_features{};
  ContainerConfig config{};
  RootFs rootfs{};
  std::vector<History> history{};
  JsonValue extra{};

  bool operator==(const ImageConfig&) const = default;

  /// As written, not normalised.
  Platform platform() const;
};

/// Larger configs are refused. The largest seen in the wild are of some hundred KiB.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{8} * 1024 * 1024;
inline constexpr std::size_t kMaxHistory = 10'000;

Result<> read_json(const JsonView& view, ImageConfig& out);
Json to_json(const ImageConfig& config);
Json to_json(const ContainerConfig& config);
Result<> read_json(const JsonView& view, ContainerConfig& out);

/// Refuses a rootfs that is missing or of another type than "layers": the blob is not an image's config then.
Result<ImageConfig> parse_image_config(std::string_view bytes);
Result<Received<ImageConfig>> receive_image_config(std::string bytes);

/// The config must name as many diffIDs as the manifest has layers: they belong together one by one.
Result<> validate_against_manifest(const ImageConfig& config, const Manifest& manifest);

/// What is wrong with the history, if anything: a history that is there must have one entry for each layer
/// besides those marked empty. Only a problem for display, since tools that squash images leave such
/// histories.
std::optional<std::string> find_history_problem(const ImageConfig& config);

/// image-spec config.md, "Layer ChainID": the name of each layer with all those below it. `sha256` hashes
/// bytes.
std::vector<Digest> chain_ids(const std::vector<Digest>& diff_ids,
                              const std::function<Digest(std::string_view)>& sha256);

}  // namespace corten::oci
