#include "cli/store.hpp"

namespace corten::cli {

Result<std::unique_ptr<image::ImageStore>> open_store(const Context& context) {
  auto root = TRY(context.root());
  return image::ImageStore::open(std::move(root));
}

}  // namespace corten::cli
