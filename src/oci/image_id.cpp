#include "oci/image_id.hpp"

#include <algorithm>

namespace corten::oci {

std::optional<ImageIdPrefix> ImageIdPrefix::find(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256:";
  constexpr std::size_t kMaxDigits = 64;
  const bool with_algorithm = text.starts_with(kAlgorithm);
  if (with_algorithm) text.remove_prefix(kAlgorithm.size());
  const bool fits = text.size() >= kMinDigits && text.size() <= kMaxDigits &&
                    text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!fits) return std::nullopt;
  return ImageIdPrefix(std::string(text), with_algorithm);
}

bool ImageIdPrefix::matches(const Digest& id) const {
  return id.algorithm() == DigestAlgorithm::sha256 && id.hex().starts_with(digits_);
}

}  // namespace corten::oci
