#pragma once

#include <string>

#include "base/result.hpp"
#include "oci/runtime_spec/spec.hpp"

namespace corten::runtime {

/// A bundle directory, read once: what changes in it afterwards changes nothing.
struct Bundle {
  std::string path;         ///< Absolute, symlinks resolved.
  std::string rootfs;       ///< Absolute.
  std::string config_text;  ///< The bytes of config.json.
  oci::Spec spec;
};

/// Reads DIR/config.json (or `config`, a name in DIR); "" is the current directory. The spec is not validated
/// yet (validate.hpp). not_found when there is no such file; errors name it or the member.
Result<Bundle> load_bundle(const std::string& directory, const std::string& config = "config.json");

/// A copy of config.json in the container's directory, as `exec`, `start` and `delete` need it.
Result<oci::Spec> parse_config(std::string_view text);

}  // namespace corten::runtime
