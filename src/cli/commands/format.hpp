#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/program.hpp"

namespace corten::cli {

/// Prints one document as `--format` asks: `text` for people when it is empty, the document on one line for
/// `json`, else a Go template over it, which ends with a newline of ours as Docker's does.
Result<> print_document(const Io& io, std::string_view format, const Json& document, std::string_view text);

}  // namespace corten::cli
