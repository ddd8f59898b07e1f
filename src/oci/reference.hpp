#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "oci/digest.hpp"

namespace corten::oci {

inline constexpr std::string_view kDefaultRegistry = "docker.io";
inline constexpr std::string_view kDefaultTag = "latest";

/// What a reference with neither tag nor digest means: `:latest`, or just the repository (for filters and for
/// `pull --all-tags`).
enum class ImpliedTag : std::uint8_t { latest, none };

/// The name of an image: registry, repository, and a tag or a digest or both, in Docker's normalised form
/// (github.com/distribution/reference and distribution-spec "Pulling manifests"):
///   ubuntu               docker.io/library/ubuntu:latest
///   user/x:1             docker.io/user/x:1
///   localhost/x, host:5000/x, [::1]:5000/x, ghcr.io/a/b@sha256:...
class Reference {
 public:
  /// Errors are invalid_argument and carry the position (from 1) and what was expected. Capital letters in a
  /// repository are refused with the lower-case form as a hint, also in a first part that Docker would take
  /// for a host only because of them (NVIDIA/cuda). A name of 64 hexadecimal digits is refused, since it is
  /// an image ID elsewhere.
  static Result<Reference> parse(std::string_view text, ImpliedTag implied = ImpliedTag::latest);

  /// "docker.io", "localhost:5000"; as typed, save that index.docker.io becomes docker.io.
  const std::string& registry() const { return registry_; }
  /// "library/ubuntu"
  const std::string& repository() const { return repository_; }
  const std::optional<std::string>& tag() const { return tag_; }
  const std::optional<Digest>& digest() const { return digest_; }

  /// "docker.io/library/ubuntu"
  std::string name() const;
  /// The whole of it: "docker.io/library/ubuntu:latest". parse() reads back the same reference.
  std::string canonical() const;
  /// As Docker prints it: "ubuntu:latest", "user/x:1", "ghcr.io/a/b:2". parse() reads back the same
  /// reference.
  std::string familiar() const;
  /// familiar() without tag and digest.
  std::string familiar_name() const;

  /// The same repository with another tag and no digest.
  Result<Reference> with_tag(std::string_view tag) const;
  /// The same reference, pinned.
  Reference with_digest(const Digest& digest) const;
  /// Neither tag nor digest.
  Reference without_version() const;

  auto operator<=>(const Reference&) const = default;

 private:
  Reference(std::string registry, std::string repository)
      : registry_(std::move(registry)), repository_(std::move(repository)) {}

  std::string version() const;

  std::string registry_;
  std::string repository_;
  std::optional<std::string> tag_;
  std::optional<Digest> digest_;
};

}  // namespace corten::oci

template <>
struct std::hash<corten::oci::Reference> {
  std::size_t operator()(const corten::oci::Reference& reference) const noexcept;
};
