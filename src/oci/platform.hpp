#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_view.hpp"

namespace corten::oci {

/// Where an image runs: image-spec image-index.md, names as in Go (linux, amd64).
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant{};  ///< "v7" of arm, "v3" of amd64; empty for the usual one.
  std::string os_version{};
  std::vector<std::string> os_features{};
  JsonValue extra{};

  bool operator==(const Platform&) const = default;
};

Result<> read_json(const JsonView& view, Platform& out);
Json to_json(const Platform& platform);

/// The names as containerd folds them: aarch64 -> arm64, x86_64 -> amd64, i386 -> 386, armhf -> arm/v7,
/// armel -> arm/v6, macos -> darwin; arm without a variant is v7; arm64/v8 and amd64/v1 lose theirs.
Platform normalize(Platform platform);

/// As users type it: "linux/arm64/v8", "linux/amd64", "arm64" or "linux" alone (the rest is the host's),
/// "windows(10.0.17763)/amd64". Normalised. Errors name the part and its position.
Result<Platform> parse_platform(std::string_view text, const Platform& host);

/// "linux/arm/v7"; empty parts show as "unknown". parse_platform() reads back what a normalised platform
/// gives.
std::string to_string(const Platform& platform);

/// The platform of a machine: `machine` as uname(2) gives it, and for x86 the flags of /proc/cpuinfo, from
/// which the variant v1 to v4 follows. No flags mean v1.
Platform host_platform(std::string_view machine, std::string_view cpu_flags);

/// 1 to 4: the x86-64 psABI level that all of the CPU's flags (names of /proc/cpuinfo) allow.
int amd64_level(std::string_view cpu_flags);

}  // namespace corten::oci
