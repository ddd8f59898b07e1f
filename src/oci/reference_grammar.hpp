#pragma once

// Internal to src/oci: the grammar of the parts of a reference.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace corten::oci {

/// Where a part stops being well-formed.
struct GrammarError {
  std::size_t position;  ///< Byte offset from 0 in the part.
  std::string problem;   ///< "expected ..., found ..."
};

/// A registry: labels joined by dots, or an IPv6 address in brackets; then maybe a port.
std::optional<GrammarError> check_registry(std::string_view registry);

/// Components of lower-case letters and digits, joined inside by one of . _ __ or any number of -, and with
/// each other by slashes (distribution-spec, <name>).
std::optional<GrammarError> check_repository(std::string_view repository);

/// At most 128 letters, digits, underscores, dots and dashes, the last two not first (distribution-spec,
/// <reference> as a tag).
std::optional<GrammarError> check_tag(std::string_view tag);

bool has_capital(std::string_view text);

/// 64 lower-case hexadecimal digits: a whole image ID.
bool is_whole_id(std::string_view text);

}  // namespace corten::oci
