#pragma once

#include <memory>

#include "cli/program.hpp"
#include "image/image_store.hpp"

namespace corten::cli {

/// The store that `--root` and the environment name.
Result<std::unique_ptr<image::ImageStore>> open_store(const Context& context);

}  // namespace corten::cli
