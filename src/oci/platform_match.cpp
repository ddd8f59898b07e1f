#include "oci/platform_match.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "base/strings.hpp"
#include "oci/annotations.hpp"
#include "oci/media_type.hpp"

namespace corten::oci {
namespace {

// "v3" and "v3.1" -> 3; 0 for texts of another form, which then match only themselves.
int variant_level(std::string_view variant) {
  const bool known = variant.size() >= 2 && variant[0] == 'v' && variant[1] >= '1' && variant[1] <= '9' &&
                     (variant.size() == 2 || variant[2] == '.');
  return known ? variant[1] - '0' : 0;
}

// The platform itself, then all plain variants from its own down to `lowest`.
void append_variants(std::vector<Platform>& list, Platform platform, int implied, int lowest) {
  const int level = platform.variant.empty() ? implied : variant_level(platform.variant);
  list.push_back(normalize(platform));
  for (int v = level; v >= lowest; --v) {
    platform.variant = fmt::format("v{}", v);
    auto lower = normalize(platform);
    if (lower != list.back()) list.push_back(std::move(lower));
  }
}

bool is_image(const Descriptor& descriptor) {
  const auto kind = classify_media_type(descriptor.media_type).kind;
  return (kind == BlobKind::manifest || kind == BlobKind::index) && descriptor.artifact_type.empty() &&
         !is_attestation(descriptor);
}

std::string list_of(const std::vector<const Descriptor*>& images) {
  constexpr std::size_t kMaxShown = 20;
  std::vector<std::string> names;
  for (const auto* image : images) {
    auto name = image->platform ? to_string(normalize(*image->platform)) : "an image without a platform";
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  if (names.empty()) return "nothing";
  const auto more = names.size() > kMaxShown ? fmt::format(" and {} more", names.size() - kMaxShown) : "";
  names.resize(std::min(names.size(), kMaxShown));
  return join(names, ", ") + more;
}

}  // namespace

bool is_attestation(const Descriptor& descriptor) {
  return descriptor.annotations.contains(std::string(annotation::kDockerReferenceType)) ||
         (descriptor.platform && descriptor.platform->os == "unknown" &&
          descriptor.platform->architecture == "unknown");
}

std::vector<Platform> runnable_platforms(const Platform& wanted, WordSize word_size) {
  const auto platform = normalize(wanted);
  std::vector<Platform> list;
  auto narrow = platform;
  if (platform.architecture == "amd64") {
    append_variants(list, platform, 1, 1);
    narrow.architecture = "386";
    narrow.variant.clear();
  } else if (platform.architecture == "arm64") {
    append_variants(list, platform, 8, 8);
    narrow.architecture = "arm";
    narrow.variant = "v8";
  } else if (platform.architecture == "arm") {
    append_variants(list, platform, 7, 5);
  } else {
    list.push_back(platform);
  }
  const bool has_narrow = narrow.architecture != platform.architecture;
  if (has_narrow && word_size == WordSize::allow_32_bit) append_variants(list, narrow, 0, 5);
  return list;
}

bool platform_matches(const Platform& offered, const Platform& wanted) {
  const auto have = normalize(offered);
  const auto want = normalize(wanted);
  return have.os == want.os && have.architecture == want.architecture && have.variant == want.variant &&
         (want.os_version.empty() || have.os_version == want.os_version) &&
         std::ranges::all_of(have.os_features, [&](const std::string& feature) {
           return std::ranges::find(want.os_features, feature) != want.os_features.end();
         });
}

bool may_run_on(const Platform& offered, const Platform& wanted) {
  if (offered.architecture.empty()) return true;
  const auto runnable = runnable_platforms(wanted, WordSize::allow_32_bit);
  return std::ranges::find(runnable, normalize(offered).architecture, &Platform::architecture) !=
         runnable.end();
}

Result<Descriptor> best_match(std::span<const Descriptor> manifests, const Platform& wanted,
                              WordSize word_size) {
  std::vector<const Descriptor*> images;
  for (const auto& descriptor : manifests) {
    if (is_image(descriptor)) images.push_back(&descriptor);
  }
  for (const auto& platform : runnable_platforms(wanted, word_size)) {
    const auto found = std::ranges::find_if(images, [&](const Descriptor* image) {
      return image->platform && platform_matches(*image->platform, platform);
    });
    if (found != images.end()) return **found;
  }
  if (images.size() == 1 && !images[0]->platform) return *images[0];
  return fail(Errc::not_found, "no image for {} in the index; it has {}", to_string(normalize(wanted)),
              list_of(images));
}

}  // namespace corten::oci
