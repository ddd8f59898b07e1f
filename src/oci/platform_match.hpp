#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "oci/descriptor.hpp"

namespace corten::oci {

/// Whether a 64-bit machine may fall back to the images of its 32-bit mode. Off unless asked for: many arm64
/// servers have no such mode, and on amd64 it is rarely what was meant.
enum class WordSize : std::uint8_t { same, allow_32_bit };

/// The platforms whose images a machine of platform `wanted` runs, best first: arm v8 -> v7 -> v6 -> v5,
/// amd64 v3 -> v2 -> v1, arm64 v9 -> v8. Normalised.
std::vector<Platform> runnable_platforms(const Platform& wanted, WordSize word_size = WordSize::same);

/// True if an image for `offered` answers exactly to `wanted`. The OS version matters only if `wanted` names
/// one; OS features that the image needs must all be in `wanted`.
bool platform_matches(const Platform& offered, const Platform& wanted);

/// True if an image whose config says `offered` is one that a machine of platform `wanted` may run, in its
/// 32-bit mode too: what says nothing of its architecture may run anywhere.
bool may_run_on(const Platform& offered, const Platform& wanted);

/// The image in an index that suits `wanted` best; of equals the first. Passes over attestations and other
/// entries that are no images. An index with one image that names no platform gives that image: its config
/// then says whether it fits. Fails with not_found and the list of what there is.
Result<Descriptor> best_match(std::span<const Descriptor> manifests, const Platform& wanted,
                              WordSize word_size = WordSize::same);

/// True for an entry that describes another one (BuildKit's provenance and SBOM, platform unknown/unknown).
bool is_attestation(const Descriptor& descriptor);

}  // namespace corten::oci
