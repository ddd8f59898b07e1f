#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.hpp"

namespace corten::oci {

/// What a user typed in place of a name: an image's ID, whole or its first digits. The same text can be a
/// repository's name ("cafe"); callers look for a name first, as Docker does.
class ImageIdPrefix {
 public:
  /// Fewer digits would hit by chance.
  static constexpr std::size_t kMinDigits = 4;

  /// 4 to 64 lower-case hexadecimal digits, with or without "sha256:" before them; nothing for other texts.
  static std::optional<ImageIdPrefix> find(std::string_view text);

  const std::string& digits() const { return digits_; }
  /// Written with "sha256:", so it cannot be a name with an implied tag.
  bool is_explicit() const { return explicit_; }
  bool is_whole() const { return digits_.size() == 64; }
  bool matches(const Digest& id) const;

  auto operator<=>(const ImageIdPrefix&) const = default;

 private:
  ImageIdPrefix(std::string digits, bool with_algorithm)
      : digits_(std::move(digits)), explicit_(with_algorithm) {}

  std::string digits_;
  bool explicit_;
};

}  // namespace corten::oci
