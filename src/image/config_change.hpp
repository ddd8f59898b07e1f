#pragma once

#include <string_view>

#include "base/result.hpp"
#include "oci/image_config.hpp"

namespace corten::image {

/// Does to `config` what a Dockerfile instruction says: what `import --change` and `commit --change` take.
/// CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR, in JSON
/// and shell form, in any case of letters. $NAME stands for a variable that ENV has set before, except in
/// CMD, ENTRYPOINT, HEALTHCHECK and ONBUILD, where the shell replaces it later.
///
/// invalid_argument says what was expected at which character (from 1); `config` is then as it was.
Result<> apply_config_change(std::string_view instruction, oci::ContainerConfig& config);

}  // namespace corten::image
