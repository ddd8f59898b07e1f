#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten::oci {

/// RFC 4648 section 4, with padding: the form of a descriptor's `data`.
std::string encode_base64(std::string_view bytes);

/// Strict: refuses line breaks, missing padding and bits after the last byte, so that each value has one
/// text.
Result<std::string> decode_base64(std::string_view text);

}  // namespace corten::oci
