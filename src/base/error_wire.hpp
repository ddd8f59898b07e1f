#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace corten {

/// An Error as bytes, to cross a pipe from a helper process to the command that started it.
/// Layout, integers little-endian: u8 version (1), u8 kind, u32 errno, u32 hint length, hint, u32 number of
/// frames, then per frame u32 length and the text, innermost first.
std::string encode_error(const Error& error);

/// The Error that encode_error() wrote. Fails with data_loss on anything else; reads at most 64 KiB per text
/// and 256 frames, since the other end may be a container's process.
Result<Error> decode_error(std::string_view bytes);

}  // namespace corten
