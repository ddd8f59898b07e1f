#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "cli/program.hpp"

namespace corten::cli {

/// Prints one document as `--format` asks: `text` for people when it is empty, the document on one line for
/// `json`, else a Go template over it, which ends with a newline of ours as Docker's does.
Result<> print_document(const Io& io, std::string_view format, const Json& document, std::string_view text);

/// The flag for it, whose value goes to the text `Member`.
template <auto Member>
constexpr Flag document_format_flag() {
  return {.name = "format",
          .letter = 'f',
          .value = "FORMAT",
          .help = "Print as json, or by a Go template",
          .bind = bind<Member>()};
}

}  // namespace corten::cli
