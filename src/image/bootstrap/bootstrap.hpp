#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/timestamp.hpp"
#include "image/image_store.hpp"
#include "image/new_image.hpp"
#include "oci/platform.hpp"
#include "oci/reference.hpp"

namespace corten::image {

struct BootstrapOptions {
  std::string distribution;                ///< "debian": the repository of the default name, nothing else.
  std::string suite;                       ///< "bookworm"
  std::vector<std::string> mirrors = {};   ///< URLs; the apt sources of this machine when empty.
  std::vector<std::string> packages = {};  ///< Besides those of the variant.
  std::string variant = "minbase";
  std::string architecture = {};            ///< As Debian calls it; this machine's when empty.
  std::optional<oci::Reference> name = {};  ///< "DISTRIBUTION:SUITE" when absent.
  bool quiet = false;                       ///< mmdebstrap says nothing but warnings.
  std::stop_token stop = {};
};

/// "debian:bookworm" as options. invalid_argument with what was expected.
Result<BootstrapOptions> parse_bootstrap_target(std::string_view text);

/// What will be run, decided before anything is fetched but the mirror's state.
struct BootstrapPlan {
  std::vector<std::string> command;  ///< mmdebstrap and its arguments; the tar comes on standard output.
  std::vector<std::string> sources;  ///< Lines of sources.list, the archive itself first.
  oci::Platform platform;
  oci::Reference name;
};

/// Refuses names that apt would not take, before they become arguments. `etc_apt`: where the sources of this
/// machine are.
Result<BootstrapPlan> plan_bootstrap(const BootstrapOptions& options,
                                     const std::string& etc_apt = "/etc/apt");

struct BootstrappedImage {
  NewImage image;
  Timestamp mirror_state;  ///< The Date of the suite's Release file, and of all files that are newer.
};

/// Makes an image of a Debian-like distribution from an apt mirror by mmdebstrap(1), whose messages go to
/// standard error. The same state of the mirror and the same options give the same digest, everywhere.
/// failed_precondition with what to install when mmdebstrap is missing; `canceled` when asked to stop, once
/// mmdebstrap has cleaned up behind itself.
Result<BootstrappedImage> bootstrap_image(ImageStore& store, const BootstrapOptions& options,
                                          const BootstrapPlan& plan);

}  // namespace corten::image
